// Lets a worker learn what a quiet and what a shaken sensor look like, and shows what it makes of readings as they come.
const AXES = 3;
const CHUNK = 25;

const worker = new Worker("built/worker.js", { type: "module" });
worker.onerror = ({ message }) => (document.querySelector("#state").textContent = message);
worker.onmessage = ({ data }) => {
  document.querySelector("#state").textContent = data.state;
  if (data.verdict === undefined) {
    if (data.isReady) send();
    return;
  }
  const item = document.createElement("li");
  item.textContent = `${data.verdict}: ${data.scores.map((score) => score.toFixed(2)).join(", ")}`;
  document.querySelector("#windows").append(item);
};

/** Two seconds of quiet, then two of shaking, in pieces as a sensor would send them. */
function send() {
  for (let reading = 0; reading < 250; reading += CHUNK) {
    const size = reading < 125 ? 0.2 : 2;
    const readings = Float32Array.from({ length: CHUNK * AXES }, (_, i) => {
      const wave = ((reading + Math.floor(i / AXES)) % 20) / 10 - 1;
      return size * 10 * wave + Math.random();
    });
    // Handed over, not copied.
    worker.postMessage(readings, [readings.buffer]);
  }
}
