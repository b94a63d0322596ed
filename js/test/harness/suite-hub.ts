// The embedded Hub of a file of tests: up while they run.
import { afterAll, beforeAll } from "vitest";
import { createRepo } from "../../src/entry/node.js";
import { LocalHub } from "./hub.js";

/** A Hub, and what its user's calls need to know of it. */
export interface SuiteHub {
  readonly hub: LocalHub;
  /** Where it is, and the user's token; from the first test on. */
  readonly known: { readonly hubUrl: string; readonly accessToken: string };
  /** Makes an empty model of the user's; gives its full name. */
  readonly newRepo: () => Promise<string>;
}

/** See the file; to be called outside of tests. */
export function suiteHub(...options: string[]): SuiteHub {
  const hub = new LocalHub();
  const known = { hubUrl: "", accessToken: hub.token };
  let serial = 0;
  beforeAll(async () => {
    await hub.start(...options);
    known.hubUrl = hub.url;
  });
  afterAll(() => hub.stop());
  const newRepo = async (): Promise<string> => {
    const repo = `${hub.user}/repo-${serial++}`;
    await createRepo({ ...known, repo });
    return repo;
  };
  return { hub, known, newRepo };
}
