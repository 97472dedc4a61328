/** This Redis would lose what it has acknowledged, or cannot keep logs at all. */
export class RedisNotSafeError extends Error {
  override readonly name = "RedisNotSafeError";
  /** What is wrong and what to set, a sentence each. */
  readonly problems: readonly string[];

  constructor(address: string, problems: readonly string[]) {
    super(`${address} is not safe for run logs. ${problems.join(" ")}`);
    this.problems = problems;
  }
}

const OLDEST_MAJOR_VERSION = 7;

/**
 * Looks for what makes a Redis unfit to keep logs.
 *
 * @param info Its answer to INFO, which even those services give that refuse CONFIG GET.
 * @returns What is wrong and what to set, a sentence each; empty when all is well.
 */
export function findRisks(info: string): string[] {
  const fields = new Map(info.split("\r\n").map((line) => splitOnce(line, ":")));
  const version = fields.get("redis_version") ?? "unknown";
  const policy = fields.get("maxmemory_policy") ?? "unknown";
  const problems: string[] = [];
  // Valkey calls itself Redis 7.2.4 here.
  if (!(Number.parseInt(version) >= OLDEST_MAJOR_VERSION)) {
    problems.push(`Its version is ${version}: use Redis ${OLDEST_MAJOR_VERSION} or later, or Valkey.`);
  }
  if (fields.get("aof_enabled") !== "1") {
    problems.push('It does not write what it stores to its append-only file: set "appendonly yes".');
  }
  if (policy !== "noeviction") {
    problems.push(`It throws data away when memory is short (${policy}): set "maxmemory-policy noeviction".`);
  }
  if (fields.get("role") === "slave") problems.push("It is a replica: give the address of its primary.");
  if (fields.get("cluster_enabled") === "1") {
    problems.push("It is part of a cluster, which cannot append to several logs at once: use one without.");
  }
  return problems;
}

function splitOnce(line: string, separator: string): [string, string] {
  const at = line.indexOf(separator);
  return at < 0 ? [line, ""] : [line.slice(0, at), line.slice(at + 1)];
}
