/**
 * Whether the repo in the form exists: it decides between "push" and "make it, then push".
 *
 * Invariants: the Hub is asked at most once per repo and token while both stay in the form; an answer about a repo that
 * is no longer in the form is dropped. The answer is a hint for the person; the push asks again.
 */
import type { RepoKind } from "./destination.js";
import type { Package } from "./package.js";

/** What is known about the repo in the form. */
export type PresenceState = "unknown" | "checking" | "there" | "missing";

/** A repo, and who asks for it where. */
export interface Question {
  readonly type: RepoKind;
  readonly name: string;
  readonly hubUrl: string;
  readonly token: string;
}

/** Whether the repo in the form exists. */
export class Presence {
  state: PresenceState = "unknown";
  readonly #repoExists: Package["repoExists"];
  readonly #changed: () => void;
  #question = "";

  constructor(repoExists: Package["repoExists"], changed: () => void) {
    this.#repoExists = repoExists;
    this.#changed = changed;
  }

  /** Asks the Hub, unless that was done. Never rejects: without an answer the state is unknown. */
  async ask(question: Question): Promise<void> {
    const { type, name, hubUrl, token } = question;
    const key = JSON.stringify([type, name, hubUrl, token]);
    if (key === this.#question) return;
    this.#question = key;
    this.state = "checking";
    this.#changed();
    let state: PresenceState = "unknown";
    try {
      const there = await this.#repoExists({ repo: { type, name }, hubUrl, accessToken: token });
      state = there ? "there" : "missing";
    } catch {
      // Whatever is wrong shows again, with its reason, when the push asks.
    }
    if (key !== this.#question) return;
    this.state = state;
    this.#changed();
  }

  /** Forgets the answer: the repo in the form is another one, or none yet. */
  forget(): void {
    if (this.#question === "" && this.state === "unknown") return;
    this.#question = "";
    this.state = "unknown";
    this.#changed();
  }
}
