/**
 * What the Hub knows of the token and the repo in the form, asked when the typing rests or a field is left.
 *
 * Invariants: nothing is asked before there is a token; the same answer is announced once.
 */
import type { Account } from "./account.js";
import { repoId, repoNameProblem, type Form } from "./destination.js";
import { quoted } from "./format.js";
import type { Presence } from "./presence.js";

/** Milliseconds of typing that are waited out before the Hub is asked. */
const TYPING_MS = 600;

/** The questions about a form. */
export class Inquiry {
  readonly #form: Readonly<Form>;
  readonly #account: Account;
  readonly #presence: Presence;
  readonly #tell: (answer: string) => void;
  #typing: ReturnType<typeof setTimeout> | undefined;
  #told = "";

  constructor(form: Readonly<Form>, account: Account, presence: Presence, tell: (answer: string) => void) {
    this.#form = form;
    this.#account = account;
    this.#presence = presence;
    this.#tell = tell;
  }

  /** The form has changed: asks when the typing rests. */
  later(hubUrl: string): void {
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => {
      this.now(hubUrl);
    }, TYPING_MS);
  }

  /** A field was left: asks without waiting, if there was something to wait for. */
  soon(hubUrl: string): void {
    if (this.#typing !== undefined) this.now(hubUrl);
  }

  /** Asks. */
  now(hubUrl: string): void {
    this.stop();
    const token = this.#form.token.trim();
    if (token !== "" && !/\s/.test(token)) void this.#ask(token, hubUrl);
  }

  /** Asks nothing more. */
  stop(): void {
    clearTimeout(this.#typing);
    this.#typing = undefined;
  }

  async #ask(token: string, hubUrl: string): Promise<void> {
    await this.#account.ask(token, hubUrl);
    const { type, name: typed } = this.#form;
    const name = repoId(typed, this.#account.name);
    if (!name.includes("/") || repoNameProblem(name) !== undefined) this.#presence.forget();
    else await this.#presence.ask({ type, name, hubUrl, token });
    this.#announce(name);
  }

  // For those who do not see it appear.
  #announce(name: string): void {
    const { state } = this.#account;
    const who = state.is === "known" ? `Signed in as ${state.name}. ` : "";
    const where: Partial<Record<Presence["state"], string>> = {
      there: `${quoted(name)} is there.`,
      missing: `${quoted(name)} will be created.`,
    };
    const text = who + (where[this.#presence.state] ?? "");
    if (text !== "" && text !== this.#told) this.#tell(text);
    this.#told = text;
  }
}
