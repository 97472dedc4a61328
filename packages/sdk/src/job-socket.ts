import type { JobHints, JobNews } from "./jobs.ts";
import { pause } from "./pause.ts";
import { getSocketToken } from "./routes.ts";
import type { Transport } from "./transport.ts";

/** The part of a WebSocket that is used; a browser's and that of the package `ws` both fit. */
export interface JobSocketLike {
  /** Sends one text frame. */
  send(text: string): void;
  /** Begins to close; `onclose` hears of the end. */
  close(): void;
  /** Hears each frame, as the event's `data`. */
  onmessage: ((event: never) => void) | null;
  /** Hears once that the connection is over, or never came to be. */
  onclose: ((event: never) => void) | null;
  /** Hears of trouble, before `onclose`. */
  onerror: ((event: never) => void) | null;
}

const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;
/** Studio drops a connection that is silent for about half a minute. */
const PING_MS = 20_000;
/** Each ping is answered. */
const SILENCE_MS = 2.5 * PING_MS;

/**
 * Listens on a project's socket.io stream for news of jobs, and stays connected until `signal` aborts.
 *
 * The stream is Engine.IO 3 and Socket.IO 2 in text frames, as Studio's own clients speak it. It is only a source of
 * hints: whatever goes wrong with it is mended by reconnecting, in silence.
 *
 * @param options `openSocket`: opens a WebSocket, such as `(url) => new WebSocket(url)`; it runs anew for every connection.
 */
export function connectJobSocket(
  studio: Transport,
  options: {
    readonly projectId: number;
    readonly openSocket: (url: string) => JobSocketLike;
    readonly signal: AbortSignal;
    /** Told every event of the stream by its name, also those that are not about jobs. */
    readonly onEvent?: (event: string, data: unknown) => void;
  },
): JobHints {
  const watched = new Map<number, Set<(news: JobNews) => void>>();
  let socket: JobSocketLike | undefined;

  const emit = (event: string, data: unknown) => socket?.send(`42${JSON.stringify([event, data])}`);
  const follow = (jobId: number) => emit("start-log-stream", { jobId, lastReceivedTimestamp: Date.now() });

  function received(frame: string): void {
    const [event, data] = parseEvent(frame);
    if (isWelcome(frame)) {
      // What finished while nobody listened says so only in its status.
      for (const [jobId, callbacks] of watched) {
        follow(jobId);
        for (const callback of callbacks) callback("finished");
      }
    }
    if (event !== undefined) options.onEvent?.(event, data);
    const news = readNews(event, data);
    if (news) for (const callback of watched.get(news.jobId) ?? []) callback(news.news);
  }

  void stayConnected(studio, options, (opened) => (socket = opened), received);

  return {
    watch(jobId, onNews) {
      const callbacks = watched.get(jobId) ?? new Set();
      watched.set(jobId, callbacks);
      callbacks.add(onNews);
      follow(jobId);
      return () => {
        callbacks.delete(onNews);
        if (callbacks.size === 0) watched.delete(jobId);
      };
    },
  };
}

async function stayConnected(
  studio: Transport,
  { projectId, openSocket, signal }: Parameters<typeof connectJobSocket>[1],
  onSocket: (socket: JobSocketLike | undefined) => void,
  onFrame: (frame: string) => void,
): Promise<void> {
  let retryMs = FIRST_RETRY_MS;
  while (!signal.aborted) {
    try {
      const { token } = await studio.send(getSocketToken, { path: { projectId }, signal });
      const query = new URLSearchParams({
        token: token.socketToken,
        EIO: "3",
        transport: "websocket",
        onDemandLogs: "true",
      });
      const url = `${studio.baseUrl.replace(/^http/, "ws")}/socket.io/?${query.toString()}`;
      const wasWelcome = await listen(openSocket(url), signal, onSocket, onFrame);
      if (wasWelcome) retryMs = FIRST_RETRY_MS;
    } catch {
      // Without the socket jobs are still waited for, by their status.
    }
    onSocket(undefined);
    await pause(retryMs * (0.5 + Math.random() / 2), signal).catch(() => undefined);
    retryMs = Math.min(LONGEST_RETRY_MS, retryMs * 2);
  }
}

/** Resolves when the socket has closed, with whether Studio had said hello on it. */
function listen(
  socket: JobSocketLike,
  signal: AbortSignal,
  onSocket: (socket: JobSocketLike) => void,
  onFrame: (frame: string) => void,
): Promise<boolean> {
  return new Promise((resolve) => {
    let wasWelcome = false;
    let heardMs = Date.now();
    const stop = () => socket.close();
    const end = () => {
      clearInterval(ping);
      signal.removeEventListener("abort", stop);
      resolve(wasWelcome);
    };
    const ping = setInterval(() => {
      // The other side has gone without a word; its close may take minutes to come.
      if (Date.now() - heardMs > SILENCE_MS) {
        stop();
        end();
      } else if (wasWelcome) socket.send("2");
    }, PING_MS);
    signal.addEventListener("abort", stop);
    socket.onmessage = ({ data }: { data: unknown }) => {
      heardMs = Date.now();
      if (typeof data !== "string") return;
      if (!wasWelcome && isWelcome(data)) {
        wasWelcome = true;
        onSocket(socket);
      }
      onFrame(data);
    };
    // A close event follows every error.
    socket.onerror = () => undefined;
    socket.onclose = end;
    if (signal.aborted) stop();
  });
}

/** Studio says hello also to a token that it does not accept, with `hello: false`. */
function isWelcome(frame: string): boolean {
  const [event, data] = parseEvent(frame);
  return event === "hello" && Boolean((data as { hello?: unknown } | null | undefined)?.hello);
}

/** Name and data of a frame `42["name",data]`; nothing for any other frame. */
function parseEvent(frame: string): [event?: string, data?: unknown] {
  if (!frame.startsWith("42")) return [];
  try {
    const event: unknown = JSON.parse(frame.slice(2));
    return Array.isArray(event) ? (event as [string, unknown]) : [];
  } catch {
    return [];
  }
}

/** What an event says of which job: `job-data-N`, `job-finished-N`, or `job-finished` with the job in its data. */
function readNews(event: string | undefined, data: unknown): { jobId: number; news: JobNews } | undefined {
  const [, what, digits] = /^job-(data|finished)(?:-(\d+))?$/.exec(event ?? "") ?? [];
  const jobId = digits === undefined ? (data as { jobId?: unknown } | null | undefined)?.jobId : Number(digits);
  if (what === undefined || typeof jobId !== "number") return undefined;
  return { jobId, news: what === "data" ? "line" : "finished" };
}
