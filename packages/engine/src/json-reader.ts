/** A document says something it must not say. The message names the place and what belongs there. */
export class DocumentError extends Error {
  override readonly name = "DocumentError";
  /** JSON pointer of the offending value; empty for the document itself. */
  readonly pointer: string;

  constructor(pointer: string, problem: string) {
    super(`${pointer || "The document"} ${problem}`);
    this.pointer = pointer;
  }
}

/** A value of unknown JSON together with where it stands, so that every complaint can name the place. */
export class JsonReader {
  readonly #value: unknown;
  readonly #pointer: string;

  constructor(value: unknown, pointer = "") {
    this.#value = value;
    this.#pointer = pointer;
  }

  get(key: string): JsonReader {
    const member = this.optional(key);
    if (!member) throw new DocumentError(pointerTo(this.#pointer, key), "is missing.");
    return member;
  }

  optional(key: string): JsonReader | undefined {
    const member = this.#object()[key];
    return member === undefined ? undefined : new JsonReader(member, pointerTo(this.#pointer, key));
  }

  /** Refuses a member that none of the names is. */
  only(...names: readonly string[]): void {
    const unknown = Object.keys(this.#object()).find((key) => !names.includes(key));
    if (unknown === undefined) return;
    throw new DocumentError(pointerTo(this.#pointer, unknown), `is not known; there are ${names.join(", ")}.`);
  }

  items(): readonly JsonReader[] {
    if (!Array.isArray(this.#value)) return this.refuse("an array");
    return this.#value.map((item, i) => new JsonReader(item, `${this.#pointer}/${i}`));
  }

  string(): string {
    if (typeof this.#value !== "string" || this.#value === "") return this.refuse("a text");
    return this.#value;
  }

  boolean(): boolean {
    if (typeof this.#value !== "boolean") return this.refuse("true or false");
    return this.#value;
  }

  number(): number {
    if (typeof this.#value !== "number" || !Number.isFinite(this.#value)) return this.refuse("a finite number");
    return this.#value;
  }

  positive(): number {
    const number = this.number();
    return number > 0 ? number : this.refuse("a number above 0");
  }

  between(lowest: number, highest: number): number {
    const number = this.number();
    return number >= lowest && number <= highest ? number : this.refuse(`a number from ${lowest} to ${highest}`);
  }

  integer(lowest: number, highest: number): number {
    const number = this.number();
    const isInside = Number.isInteger(number) && number >= lowest && number <= highest;
    return isInside ? number : this.refuse(`a whole number from ${lowest} to ${highest}`);
  }

  oneOf<T extends string | number>(...choices: readonly T[]): T {
    const choice = choices.find((candidate) => candidate === this.#value);
    return choice ?? this.refuse(choices.length === 1 ? JSON.stringify(choices[0]) : `one of ${choices.join(", ")}`);
  }

  /** Any bytes written as base64. */
  anyBytes(): Uint8Array<ArrayBuffer> {
    const text = this.string();
    try {
      return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    } catch {
      return this.refuse("base64");
    }
  }

  /** Bytes written as base64, `count` elements of `elementBytes` each. */
  bytes(count: number, elementBytes: number): Uint8Array<ArrayBuffer> {
    const bytes = this.anyBytes();
    if (bytes.length !== count * elementBytes) {
      return this.refuse(
        `${count} numbers of ${elementBytes} bytes each in base64, and it holds ${bytes.length} bytes`,
      );
    }
    return bytes;
  }

  /** `count` finite float32 numbers, little-endian, written as base64. */
  float32s(count: number): Float32Array<ArrayBuffer> {
    const values = new Float32Array(this.bytes(count, 4).buffer);
    const wrong = values.findIndex((value) => !Number.isFinite(value));
    return wrong === -1 ? values : this.refuse(`finite numbers, and number ${wrong} is ${values[wrong]}`);
  }

  #object(): Readonly<Record<string, unknown>> {
    const value = this.#value;
    if (typeof value !== "object" || value === null || Array.isArray(value)) return this.refuse("an object");
    return value as Record<string, unknown>;
  }

  refuse(expected: string): never {
    throw new DocumentError(this.#pointer, `has to be ${expected}.`);
  }
}

/** The JSON pointer (RFC 6901) of a member. */
function pointerTo(parent: string, key: string): string {
  return `${parent}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

/** Every runtime that we know has it; the language's own library does not declare it. */
declare function atob(base64: string): string;
