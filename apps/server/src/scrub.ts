const STRUCK = "[struck out]";

/**
 * What looks like a secret, whoever's it is. `$1` stays.
 *
 * Strangers have a say in what a line holds, so the time has to grow no faster than its length: where a pattern begins
 * with a run of characters it looks behind first, or it would be tried again at every one of them.
 */
const PATTERNS: readonly RegExp[] = [
  // API keys of Edge Impulse.
  /((?<![A-Za-z0-9]))ei_[A-Za-z0-9][\w-]*/g,
  // Secrets of sessions and tickets.
  /((?<![A-Za-z0-9]))ws[st]_[\w-]{10,}/g,
  /(\b(?:Bearer|Basic) +)[\w.~+/=-]{8,}/gi,
  // Passwords in addresses.
  /((?<![a-z])[a-z]+:\/\/[^\s:@/"\\]*:)[^\s@/"\\]+(?=@)/gi,
  // Values of fields and headers that hold secrets, also inside JSON that is quoted in JSON.
  /((?<!\\)\\*"(?:authorization|cookie|set-cookie|x-api-key|x-jwt-token|token|accessToken|ticket|password|apiKey)\\*"\s*:\s*\[?\s*\\*")(?:[^"\\]|\\+(?![\\"]))+/gi,
  // Values of query parameters that hold secrets.
  /([?&](?:token|ticket|apiKey|api_key|password|key)=)[^&\s"\\#]+/gi,
];

/**
 * Makes a function that strikes secrets out of a line of text.
 *
 * @param secrets Known ones, as they are; they are found in JSON and in addresses too.
 */
export function createScrubber(secrets: readonly string[]): (line: string) => string {
  const spellings = secrets.flatMap((secret) => [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
  ]);
  // The longest first, since one may hold another.
  const known = [...new Set(spellings)].filter((text) => text !== "").sort((a, b) => b.length - a.length);
  return (line) => {
    let clean = line;
    for (const secret of known) clean = clean.replaceAll(secret, STRUCK);
    for (const pattern of PATTERNS) clean = clean.replace(pattern, `$1${STRUCK}`);
    return clean;
  };
}
