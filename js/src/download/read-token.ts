/**
 * The token that reads from the content-addressed store, shared by everything that is read of one revision.
 *
 * It is asked for when it is first needed, and again when the store no longer takes it: clocks are not compared.
 */
import { orAborted } from "../abort.js";
import { call } from "../hub/call.js";
import { compact, type HubParams } from "../hub/params.js";
import type { RepoSpec } from "../wire.js";

/** A token, and the store that takes it. */
export interface XetReadToken {
  accessToken: string;
  casUrl: string;
  /** Seconds since 1970. */
  exp: number;
}

/** Gives the token. */
export class ReadToken {
  /** Whether the store has only the older route for reconstructions. */
  older = false;
  readonly #repo: RepoSpec;
  readonly #revision: string | undefined;
  #current: Promise<XetReadToken> | undefined;

  /** `first`: a token that the caller has already. */
  constructor(repo: RepoSpec, revision: string | undefined, first?: XetReadToken) {
    this.#repo = repo;
    this.#revision = revision;
    this.#current = first && Promise.resolve(first);
  }

  /** The token; it is asked for in the name of `params`. */
  async get(params: HubParams): Promise<XetReadToken> {
    // Whoever asked first may be stopped, which is nothing to the others.
    const { abortSignal: _, ...forAll } = params;
    const ask = { type: "xetReadToken", repo: this.#repo, ...compact({ revision: this.#revision }) } as const;
    const asked = (this.#current ??= call(forAll, ask));
    try {
      return await orAborted(asked, params.abortSignal);
    } catch (error) {
      // Nobody need wait for what has failed; one who was only stopped leaves it to the others.
      if (params.abortSignal?.aborted !== true && this.#current === asked) this.#current = undefined;
      throw error;
    }
  }

  /** This one is not taken any more. */
  async drop(refused: XetReadToken): Promise<void> {
    const current = this.#current;
    // Another reader may have a new one already.
    if (current !== undefined && (await current.catch(() => refused)) === refused && this.#current === current) {
      this.#current = undefined;
    }
  }
}
