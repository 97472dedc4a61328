/**
 * Takes the pictures of the README and the documents: starts the program, brings it to where there is something to see,
 * and photographs the page. Run: pnpm screenshots [NAME...]
 */
import { Camera } from "./screenshots/camera.ts";
import { takeDemoShots, takeEmptyShot } from "./screenshots/demo-shots.ts";
import { takePretendShots } from "./screenshots/pretend-shots.ts";
import { openBrowser } from "./src/harness.ts";

const browser = await openBrowser();
try {
  const camera = new Camera(browser, process.argv.slice(2));
  await takeDemoShots(camera);
  await takeEmptyShot(camera);
  await takePretendShots(camera);
} finally {
  await browser.close();
}
