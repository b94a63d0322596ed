/**
 * Where a command says what. Results go to standard output, and the last line of it is the one that scripts want; progress and warnings
 * go to standard error.
 *
 * Invariants: no token leaves here; with `--quiet` standard output has the last line alone, with `--json` one JSON object.
 */
import { DONE, type Failure } from "./failure.js";

/** How a command answers. */
export type Mode = "human" | "quiet" | "json";

/** Where text goes. */
export interface Stream {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
}

/** Standard output and standard error. */
export interface Streams {
  readonly stdout: Stream;
  readonly stderr: Stream;
}

const YELLOW = 33;
const RED = 31;

/** What a token looks like. */
const TOKEN = /(?:hf_|api_org_)[A-Za-z0-9]{16,}/g;

/** See the module. */
export class Output {
  readonly mode: Mode;
  /** What the process ends with when the command does not fail: not 0 when it has done less than was asked. */
  exitCode = DONE;
  readonly #streams: Streams;
  readonly #hasColor: boolean;
  readonly #secrets = new Set<string>();
  readonly #warnings: string[] = [];
  /** Makes room for a line while something else stands at the cursor. */
  #clear: () => void = () => undefined;

  constructor(mode: Mode, streams: Streams, hasColor: boolean) {
    this.mode = mode;
    this.#streams = streams;
    this.#hasColor = hasColor && streams.stderr.isTTY === true;
  }

  /** Never to be printed from now on. */
  hide(secret: string | undefined): void {
    if (secret !== undefined && secret.length > 0) this.#secrets.add(secret);
  }

  /** Calls `clear` before each line, as long as a progress bar stands there. */
  makeRoom(clear: () => void): void {
    this.#clear = clear;
  }

  /** A line of standard output for people. */
  line(text: string): void {
    if (this.mode === "human") this.#print(text);
  }

  /** The end of a command that went well: the last line, or `data`. Nothing may follow. */
  result(last: string, data: object): void {
    if (this.mode !== "json") this.#print(last);
    else this.#print(JSON.stringify({ ...data, ...(this.#warnings.length > 0 && { warnings: this.#warnings }) }));
  }

  /** Worth knowing; nothing for `--quiet`. */
  warn(message: string): void {
    this.#warnings.push(this.#redact(message));
    if (this.mode !== "quiet") this.#tell(`${this.#paint("Warning:", YELLOW)} ${message}`);
  }

  /** What is going on, for people; only while nobody reads it by program. */
  note(message: string): void {
    if (this.mode === "human") this.#tell(message);
  }

  /** The end of a command that failed. */
  fail({ code, message, hint }: Failure): void {
    if (this.mode === "json") this.#print(JSON.stringify({ error: { code, message } }));
    this.#tell(`${this.#paint("Error:", RED)} ${message}`);
    if (hint !== undefined) this.#tell(hint);
  }

  /** Something for standard error that is text already, such as the usage of a command. */
  raw(text: string): void {
    this.#clear();
    this.#streams.stderr.write(this.#redact(text));
  }

  #print(text: string): void {
    this.#clear();
    this.#streams.stdout.write(`${this.#redact(text)}\n`);
  }

  #tell(text: string): void {
    this.raw(`${text}\n`);
  }

  #paint(text: string, color: number): string {
    return this.#hasColor ? `\u001b[${color}m${text}\u001b[39m` : text;
  }

  #redact(text: string): string {
    let redacted = text;
    for (const secret of this.#secrets) redacted = redacted.replaceAll(secret, "[token]");
    return redacted.replace(TOKEN, "[token]");
  }
}
