/** Child processes that are asked one question at a time. */
import { fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";

/** What a child answers, by name; a command takes one argument or none. */
export type Commands = Readonly<Record<string, (argument: never) => unknown>>;

export interface Child<C extends Commands> {
  /** Asks for one thing, when the last one has been answered. */
  readonly ask: <Name extends keyof C & string>(
    name: Name,
    ...argument: Parameters<C[Name]>
  ) => Promise<Awaited<ReturnType<C[Name]>>>;
  /** Hands over what the child is to know while it works on a question. */
  readonly tell: (news: number) => void;
  /** Calls back with what the child says before it answers. */
  readonly onNews: (callback: (news: number) => void) => void;
}

type Message = { readonly news: number } | { readonly answer: unknown };
type Request = { readonly news: number } | { readonly name: string; readonly argument: unknown };

/** Starts a child from a file of this folder. */
export type StartChild = <C extends Commands>(file: string, args?: readonly string[]) => Child<C>;

/**
 * Lets children be started, and leaves none of them behind: the last one ends first.
 *
 * @throws {Error} when one ends by itself; its output says why.
 */
export async function withChildren<T>(use: (start: StartChild) => Promise<T>): Promise<T> {
  const ends: (() => Promise<unknown>)[] = [];
  let onFailure: (error: Error) => void = () => undefined;
  const failed = new Promise<never>((_resolve, reject) => (onFailure = reject));

  const start: StartChild = (file, args = []) => {
    // Without the condition under which packages are read from source: what users get is built.
    const execArgv = ["--expose-gc", "--import", "tsx"];
    const child = fork(path.join(import.meta.dirname, file), args, { execArgv, serialization: "advanced" });
    // A question to a child that is gone; its end says more.
    child.on("error", () => undefined);
    const ended = once(child, "exit");
    void ended.then(([code]) => onFailure(new Error(`${[file, ...args].join(" ")} ended with ${String(code)}.`)));
    ends.unshift(() => {
      if (child.connected) child.disconnect();
      return ended;
    });
    let onAnswer: (answer: unknown) => void = () => undefined;
    let onNews: (news: number) => void = () => undefined;
    child.on("message", (message: Message) => ("news" in message ? onNews(message.news) : onAnswer(message.answer)));
    return {
      ask(name, ...[argument]) {
        child.send({ name, argument } satisfies Request);
        return new Promise((resolve) => (onAnswer = resolve as typeof onAnswer));
      },
      tell: (news) => void child.send({ news } satisfies Request),
      onNews: (callback) => void (onNews = callback),
    };
  };

  try {
    return await Promise.race([use(start), failed]);
  } finally {
    // The end that follows is no failure any more.
    failed.catch(() => undefined);
    for (const end of ends) await end();
  }
}

/** In the child: answers the questions of its parent until that has gone. */
export function answerParent(commands: Commands, onNews: (news: number) => void = () => undefined): void {
  process.on("disconnect", () => process.exit());
  process.on("message", (request: Request) => {
    if ("news" in request) onNews(request.news);
    else void answer(commands, request.name, request.argument as never);
  });
}

/** In the child: says something to its parent while it works. */
export function tellParent(news: number): void {
  process.send?.({ news } satisfies Message);
}

async function answer(commands: Commands, name: string, argument: never): Promise<void> {
  process.send?.({ answer: await commands[name]?.(argument) } satisfies Message);
}
