interface Findable {
  readonly title: string;
  readonly keys: readonly string[];
}

/**
 * Commands that have every typed word in their title, those that begin with the first one before the others.
 * A key finds its command too.
 */
export function findCommands<T extends Findable>(commands: readonly T[], words: string): readonly T[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return commands;
  const isKey = ({ keys }: T) => keys.some((key) => key.toLowerCase() === wanted.join(" "));
  const matching = commands.filter((command) => {
    const title = command.title.toLowerCase();
    return isKey(command) || wanted.every((word) => title.includes(word));
  });
  const rank = (command: T) => {
    if (isKey(command)) return 0;
    return command.title.toLowerCase().startsWith(wanted[0] ?? "") ? 1 : 2;
  };
  return matching.toSorted((a, b) => rank(a) - rank(b));
}
