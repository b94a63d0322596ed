/**
 * Who a token belongs to, asked once per token.
 *
 * Invariants: the Hub is not asked twice about the same token (its answer is strictly rate limited); an answer about a
 * token that is no longer in the form is dropped. The token is kept only as long as the form keeps it.
 */
import { failureOf } from "./failure.js";
import type { Package } from "./package.js";

/** What is known about the token in the form. */
export type AccountState =
  | { readonly is: "unknown" }
  | { readonly is: "checking" }
  | { readonly is: "known"; readonly name: string; readonly namespaces: readonly string[]; readonly readOnly: boolean }
  | { readonly is: "refused"; readonly message: string; readonly error: unknown };

/** The owner of the token in the form. */
export class Account {
  state: AccountState = { is: "unknown" };
  readonly #whoAmI: Package["whoAmI"];
  readonly #changed: () => void;
  #token = "";
  #hubUrl = "";
  #asking: Promise<void> | undefined;

  constructor(whoAmI: Package["whoAmI"], changed: () => void) {
    this.#whoAmI = whoAmI;
    this.#changed = changed;
  }

  /** The name of the owner, when it is known. */
  get name(): string | undefined {
    return this.state.is === "known" ? this.state.name : undefined;
  }

  /** Asks the Hub about a token, unless that was done. Settles when the state is final; never rejects. */
  ask(token: string, hubUrl: string): Promise<void> {
    if (token === "") {
      this.forget();
      return Promise.resolve();
    }
    if (token === this.#token && hubUrl === this.#hubUrl && this.#asking !== undefined) return this.#asking;
    this.#token = token;
    this.#hubUrl = hubUrl;
    this.state = { is: "checking" };
    this.#changed();
    const asking = this.#ask(token, hubUrl);
    this.#asking = asking;
    return asking;
  }

  /** Forgets the token and its owner. */
  forget(): void {
    this.#token = "";
    this.#asking = undefined;
    this.state = { is: "unknown" };
    this.#changed();
  }

  async #ask(token: string, hubUrl: string): Promise<void> {
    let state: AccountState;
    let again = false;
    try {
      const found = await this.#whoAmI({ accessToken: token, hubUrl });
      const orgs = found.type === "user" ? found.orgs.map((org) => org.name) : [];
      state = {
        is: "known",
        name: found.name,
        namespaces: [found.name, ...orgs],
        readOnly: found.auth.accessToken?.role === "read",
      };
    } catch (error) {
      const { title, message, again: retryable } = failureOf(error);
      state = { is: "refused", message: retryable ? `${title}: ${message}` : `${title}.`, error };
      again = retryable;
    }
    if (token !== this.#token || hubUrl !== this.#hubUrl) return;
    if (again) this.#asking = undefined;
    this.state = state;
    this.#changed();
  }
}
