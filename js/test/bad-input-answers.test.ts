// What a Hub can answer that is no answer: every status on every question of a push, pages of HTML, half an answer, none at all. The
// push ends by a typed error that says who answered what, and the repo is as it was.
import { afterAll, afterEach, beforeAll, beforeEach, describe, it, vi } from "vitest";
import { commit, uploadFile, uploadFiles, uploadFolder, type ErrorCode } from "../src/entry/node.js";
import { freshRepo, hasten, refuse, type BadCase, type Known } from "./harness/bad-input.js";
import { LocalHub } from "./harness/hub.js";

const hub = new LocalHub();
let known: Known;
beforeAll(() => hub.start());
afterAll(() => hub.stop());
beforeEach(async () => {
  // What goes wrong between us and the content store is shown in upload/xet.test.ts.
  known = { ...(await freshRepo(hub)), useXet: false };
  hasten();
});
afterEach(() => {
  vi.restoreAllMocks();
});

function table(name: string, rows: readonly BadCase[]): void {
  describe(name, () => {
    it.each(rows)("$name", (bad) => refuse(hub, known, bad), 30_000);
  });
}

/** A push that asks everything there is to ask: a regular file and a large one. */
const pushBoth: BadCase["run"] = (known) =>
  uploadFiles({
    ...known,
    files: [
      { path: "notes.txt", content: "notes" },
      { path: "large.bin", content: new Uint8Array(200_000).fill(3) },
    ],
  });

const api = { error: "HubApiError", asked: "anything but a commit" } as const;
const status = (status: number, headers: [string, string][] = []): object => ({ kind: "status", status, headers });

/** What each status means on the API's own questions, and what the error says besides the status. */
const MEANINGS: readonly [number, ErrorCode, RegExp][] = [
  [401, "repo_not_found", /Check the repo's name and type, and that the token may see it/],
  [403, "forbidden", /write access/],
  [404, "entry_not_found", /404/],
  [409, "conflict", /Read the repo again and retry/],
  [412, "conflict", /Read the repo again and retry/],
  [413, "rejected", /413/],
  [422, "rejected", /422/],
  [429, "rate_limited", /Wait a few minutes/],
  [500, "server_error", /Try again later/],
];

/** The questions of a push, in order, and where they differ from the rest. */
const QUESTIONS: readonly [string, string, Partial<Record<number, [ErrorCode, RegExp]>>][] = [
  ["what stands at the paths", "paths-info", {}],
  ["how the files go", "preupload", { 401: ["unauthorized", /needs an access token/] }],
  ["where large content goes", "lfs.batch", { 401: ["unauthorized", /Check the access token/] }],
  ["whether large content is there", "lfs.verify", { 401: ["unauthorized", /Check the access token/] }],
  ["the commit", "commit", {}],
];

for (const [what, route, others] of QUESTIONS) {
  table(
    `asked ${what}, the Hub says`,
    MEANINGS.map(([number, code, says]): BadCase => {
      const [expected, words] = others[number] ?? [code, says];
      return {
        name: String(number),
        run: pushBoth,
        ...api,
        code: expected,
        says: [new RegExp(`The Hub answered ${number} for http://127\\.0\\.0\\.1:\\d+/`), words],
        faults: [{ route, fault: status(number) }],
        asked: route === "commit" ? "anything" : "anything but a commit",
        leavesObjects: route === "lfs.verify" || route === "commit",
      };
    }),
  );
}

table("the store says", [
  ...(
    [
      [400, "rejected"],
      [403, "forbidden"],
      [404, "rejected"],
      [429, "rate_limited"],
      [500, "server_error"],
      [503, "server_error"],
    ] as const
  ).map(([number, code]): BadCase => ({
    name: String(number),
    run: pushBoth,
    ...api,
    code,
    says: [new RegExp(`The store answered ${number} for http://127\\.0\\.0\\.2:\\d+/`)],
    faults: [{ route: "store.put", fault: status(number) }],
  })),
]);

table("the Hub tells apart", [
  {
    name: "a repo that is not there",
    run: (known) => uploadFile({ ...known, repo: "alice/never", file: { path: "a", content: "a" } }),
    ...api,
    code: "repo_not_found",
    says: [/404/, /alice\/never/, /Check the repo's name and type/],
    asked: "nothing that writes",
  },
  {
    name: "a branch that is not there",
    run: (known) => uploadFile({ ...known, branch: "never", file: { path: "a", content: "a" } }),
    ...api,
    code: "revision_not_found",
    says: [/404/, /Check the branch, or create it first/],
    asked: "nothing that writes",
  },
  {
    name: "a token that it does not know",
    run: (known) => uploadFile({ ...known, accessToken: "hf_nobodyHasThis", file: { path: "a", content: "a" } }),
    ...api,
    code: "unauthorized",
    says: [/401/, /Check the access token/],
    asked: "nothing that writes",
  },
  {
    name: "a token that may only read",
    run: (known) => uploadFile({ ...known, accessToken: hub.reader.token, file: { path: "a", content: "a" } }),
    ...api,
    code: "forbidden",
    says: [/403/, /write access|right to write/],
    asked: "nothing that writes",
  },
  {
    name: "a repo that wants its conditions accepted",
    run: pushBoth,
    ...api,
    code: "gated",
    says: [/403/, /accept its conditions/],
    faults: [{ fault: status(403, [["x-error-code", "GatedRepo"]]) }],
  },
  {
    name: "a parent that is not the head",
    run: (known) => uploadFile({ ...known, parentCommit: "0123456789", file: { path: "a", content: "a" } }),
    error: "HubApiError",
    code: "conflict",
    says: [
      /Branch main of alice\/bad-\d+ is at [0-9a-f]{40}, not at the parentCommit 0123456789/,
      /read it again and retry/,
    ],
    asked: "nothing that writes",
  },
  {
    name: "a deletion of what is not there",
    run: (known) => commit({ ...known, title: "x", operations: [{ operation: "delete", path: "never" }] }),
    error: "HubApiError",
    code: "entry_not_found",
    says: [/404/],
    asked: "anything",
  },
  {
    name: "a path that it does not take",
    run: (known) => uploadFolder({ ...known, folder: new Map([["a\\b", "x"]]) }),
    error: "HubApiError",
    code: "rejected",
    says: [/422/],
    asked: "anything",
  },
]);

const protocol = { error: "InvalidApiResponseFormatError", code: "protocol", asked: "anything but a commit" } as const;
/** The questions whose answers are read. */
const READ = ["paths-info", "preupload", "lfs.batch"] as const;
for (const route of READ) {
  const fault = (fault: object): { run: BadCase["run"]; faults: object[] } => ({
    run: pushBoth,
    faults: [{ route, fault }],
  });
  const body = (body: string): object => ({ kind: "status", status: 200, body });
  table(`in place of the answer to ${route}`, [
    { name: "HTML", ...fault({ kind: "html" }), ...protocol, says: [/is a page for people/] },
    { name: "half of it", ...fault(body('{"files":[{"path":"no')), ...protocol, says: [/can read/] },
    { name: "nothing", ...fault(body("")), ...protocol, says: [/can read/] },
    { name: "JSON of another kind", ...fault(body('"hello"')), ...protocol, says: [/can read/] },
    { name: "null", ...fault(body("null")), ...protocol, says: [/can read/] },
    {
      name: "HTML of a proxy",
      ...fault({ kind: "html", status: 502 }),
      ...api,
      code: "server_error",
      says: [/answered 502/, /Try again later/],
    },
    {
      name: "a body that breaks off",
      ...fault({ kind: "cutAnswer", afterBytes: 1 }),
      error: "HubferryError",
      code: "blocked",
      says: [/brought no answer/, /check the connection/],
      asked: "anything but a commit",
    },
    {
      name: "a connection that breaks",
      ...fault({ kind: "drop" }),
      error: "HubferryError",
      code: "blocked",
      says: [/brought no answer/, /check the connection/],
      asked: "anything but a commit",
    },
    {
      name: "silence",
      ...fault({ kind: "stall" }),
      error: "HubferryError",
      code: "timeout",
      says: [/127\.0\.0\.1/, /try again later/],
      asked: "anything but a commit",
    },
  ]);
}

table("in place of the answer to a commit that was not made", [
  {
    name: "HTML",
    run: pushBoth,
    faults: [{ route: "commit", fault: { kind: "html" } }],
    error: "InvalidApiResponseFormatError",
    code: "protocol",
    says: [/can read|commit/],
    asked: "anything",
    leavesObjects: true,
  },
  {
    name: "a connection that breaks each time",
    run: pushBoth,
    faults: [{ route: "commit", fault: { kind: "drop" } }],
    error: "HubferryError",
    code: "blocked",
    says: [/brought no answer/, /check the connection/],
    asked: "anything",
    leavesObjects: true,
  },
]);

table("there is no Hub", [
  {
    name: "at this port",
    run: (known) => uploadFile({ ...known, hubUrl: "http://127.0.0.1:9", file: { path: "a", content: "a" } }),
    error: "HubferryError",
    code: "blocked",
    says: [/http:\/\/127\.0\.0\.1:9\//, /brought no answer/, /check the connection/],
  },
  {
    name: "of this name",
    run: (known) => uploadFile({ ...known, hubUrl: "http://nowhere.invalid", file: { path: "a", content: "a" } }),
    error: "HubferryError",
    code: "offline",
    says: [/http:\/\/nowhere\.invalid\//, /check the connection/],
  },
  {
    name: "that the caller's fetch lets through",
    run: (known) =>
      uploadFile({
        ...known,
        fetch: () => Promise.reject(new TypeError(`blocked: ${known.accessToken} is not welcome`)),
        file: { path: "a", content: "a" },
      }),
    error: "HubferryError",
    code: "blocked",
    says: [/brought no answer: blocked: …|hf_…/, /check the connection/],
  },
]);
