// What every kind of bad input has in common: how it is refused, and what must not have happened.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { expect, vi } from "vitest";
import { createRepo, isHubferryError, type ErrorCode } from "../../src/entry/node.js";
import type { LocalHub, LoggedRequest } from "./hub.js";

/** What every call of a case takes. */
export interface Known {
  hubUrl: string;
  accessToken: string;
  repo: string;
  useXet?: boolean;
}

/** One kind of bad input. */
export interface BadCase {
  /** What is bad. */
  readonly name: string;
  /** Does it. */
  readonly run: (known: Known) => PromiseLike<unknown>;
  /** The error's class. */
  readonly error:
    | "InvalidInputError"
    | "HubferryError"
    | "HubApiError"
    | "FileChangedError"
    | "IntegrityError"
    | "InvalidApiResponseFormatError";
  readonly code: ErrorCode;
  /** What the message says: what is wrong, where, and what to do. */
  readonly says: readonly RegExp[];
  /** What goes wrong at the Hub. */
  readonly faults?: readonly object[];
  /** Whether large content may have been stored, which no commit names. @default false */
  readonly leavesObjects?: boolean;
  /** What may have been asked by then. @default nothing at all */
  readonly asked?: "nothing" | "nothing that writes" | "anything but a commit" | "anything";
}

/** Longest time for a case to settle; with {@link hasten} the waits between attempts are short. */
const BOUND_MS = 15_000;

let serial = 0;

/** A repo of its own for a case, with one commit. */
export async function freshRepo(hub: LocalHub): Promise<Known> {
  const known = { hubUrl: hub.url, accessToken: hub.token, repo: `${hub.user}/bad-${serial++}` };
  await createRepo(known);
  return known;
}

/** Lets the clock of the package run faster, so that the pauses between attempts are no pauses for tests. */
export function hasten(factor = 100): void {
  const now = performance.now.bind(performance);
  const wait = globalThis.setTimeout;
  const begun = now();
  vi.spyOn(performance, "now").mockImplementation(() => begun + (now() - begun) * factor);
  // Node's own HTTP client has timers of its own, which bring arguments along and keep their pace.
  const hastened = (run: (...more: unknown[]) => void, ms = 0, ...more: unknown[]): NodeJS.Timeout =>
    wait(run, more.length > 0 ? ms : ms / factor, ...more);
  vi.spyOn(globalThis, "setTimeout").mockImplementation(hastened as typeof setTimeout);
}

/** Does what is bad, and checks how it is refused and what it has left. */
export async function refuse(hub: LocalHub, known: Known, bad: BadCase): Promise<void> {
  const before = stateOf(hub, known.repo);
  await hub.forget();
  for (const fault of bad.faults ?? []) await hub.order(fault);
  const error = await settled(bad.run(known));
  await hub.heal();

  expect(error, inspect(error)).toBeInstanceOf(Error);
  const { name, message } = error as Error;
  expect({ name, code: isHubferryError(error) ? error.code : undefined }, message).toEqual({
    name: bad.error,
    code: bad.code,
  });
  for (const part of bad.says) expect(message).toMatch(part);
  expectNoSecret(error, [hub.token, hub.reader.token]);
  expectAsked(await hub.requests(), bad.asked ?? "nothing");
  const after = stateOf(hub, known.repo);
  expect(bad.leavesObjects === true ? { ...after, objects: before.objects } : after).toEqual(before);
}

/** What a call is rejected with, in time. */
async function settled(call: PromiseLike<unknown>): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, BOUND_MS, new Error(`it did not settle in ${BOUND_MS} ms`));
  });
  const outcome = Promise.resolve(call).then(
    (value: unknown) => new Error(`it was taken: ${inspect(value)}`),
    (error: unknown) => error,
  );
  const first = await Promise.race([outcome, late]);
  clearTimeout(timer);
  return first;
}

/** The refs of the repo and its large files, from its disk. */
function stateOf(hub: LocalHub, repo: string): { refs: string; commits: string; objects: string[] } {
  const folder = hub.repoFolder(repo);
  const git = (...words: string[]): string => execFileSync("git", ["-C", folder, ...words], { encoding: "utf8" });
  const objects = join(folder, "lfs", "objects");
  return {
    refs: git("for-each-ref"),
    commits: git("rev-list", "--all", "--count"),
    objects: existsSync(objects) ? readdirSync(objects, { recursive: true }).map(String).sort() : [],
  };
}

/** Looks for a token everywhere in an error. */
export function expectNoSecret(error: unknown, secrets: readonly string[]): void {
  const seen = new Set<unknown>();
  for (let at: unknown = error; at instanceof Error && !seen.has(at); at = at.cause) {
    seen.add(at);
    const shown = [at.message, at.stack ?? "", String(at), JSON.stringify(at), inspect(at, { depth: 10 })].join("\n");
    for (const secret of secrets) expect(shown).not.toContain(secret);
    expect(shown).not.toMatch(/Bearer hf_|X-Amz-Signature=[0-9a-f]/);
  }
}

const WRITES = new Set([
  "commit",
  "store.put",
  "store.part",
  "lfs.complete",
  "branch.create",
  "repo.create",
  "discussions.create",
]);

function expectAsked(requests: readonly LoggedRequest[], asked: NonNullable<BadCase["asked"]>): void {
  const routes = requests.map(({ route }) => route);
  if (asked === "nothing") expect(routes).toEqual([]);
  if (asked === "nothing that writes") expect(routes.filter((route) => WRITES.has(route))).toEqual([]);
  if (asked === "anything but a commit") expect(routes).not.toContain("commit");
  // The token goes to the Hub alone.
  expect(requests.filter(({ face, authorization }) => face === "store" && authorization !== null)).toEqual([]);
}
