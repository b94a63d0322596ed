// The live sample of the fault matrix: which request meets what, and what must come of it. The whole matrix runs natively, on a virtual
// clock; these rows show that a browser, a real connection and a Hub with a disk agree with it.

const status = (code, headers = []) => ({ kind: "status", status: code, headers });
const wait = (seconds) => [["Retry-After", String(seconds)]];
const DROP = { kind: "drop" };
const DROP_ANSWER = { kind: "dropAnswer" };
const HALF = { kind: "halfAnswer" };
const HTML = { kind: "html" };
const STALL = { kind: "stall" };
const EXPIRED = { kind: "expired" };
const cutAt = (afterBytes) => ({ kind: "cutRequest", afterBytes });
const flip = (at) => ({ kind: "flipRequest", at });

const FIRST = { times: 1 };
const THIRD = { skip: 2, times: 1 };
const ALWAYS = {};

/**
 * Rows: which way, route, when, fault, and the codes with one of which the push must end; without them it must succeed. `reset` says
 * how the connection ends, `first` is a fault on another route that makes the request necessary.
 */
export const CASES = [
  // What every push asks.
  ...["lfs", "xet"].flatMap((way) => [
    { way, route: "repo.info", when: FIRST, fault: status(503) },
    { way, route: "repo.info", when: FIRST, fault: DROP, reset: true },
    { way, route: "repo.info", when: ALWAYS, fault: status(401), codes: ["repo_not_found", "unauthorized"] },
    { way, route: "paths-info", when: FIRST, fault: status(500) },
    { way, route: "paths-info", when: FIRST, fault: DROP_ANSWER },
    { way, route: "preupload", when: THIRD, fault: status(502) },
    { way, route: "preupload", when: FIRST, fault: status(429, wait(1)) },
    { way, route: "preupload", when: FIRST, fault: STALL },
    { way, route: "validate-yaml", when: ALWAYS, fault: status(504) },
    { way, route: "commit", when: FIRST, fault: DROP_ANSWER },
    { way, route: "commit", when: FIRST, fault: DROP_ANSWER, reset: true },
    { way, route: "commit", when: FIRST, fault: HALF },
    { way, route: "commit", when: FIRST, fault: HTML },
    { way, route: "commit", when: FIRST, fault: cutAt(200), reset: true },
    { way, route: "commit", when: FIRST, fault: status(503, wait(1)) },
    { way, route: "commit", when: ALWAYS, fault: status(403), codes: ["forbidden"] },
    { way, route: "commits", when: FIRST, fault: status(502), first: { route: "commit", fault: DROP_ANSWER } },
  ]),
  // Objects of the LFS store.
  ...[
    { route: "lfs.batch", when: FIRST, fault: status(408) },
    { route: "lfs.batch", when: FIRST, fault: status(425) },
    { route: "lfs.batch", when: FIRST, fault: status(429) },
    { route: "lfs.batch", when: FIRST, fault: DROP_ANSWER, reset: true },
    { route: "lfs.batch", when: FIRST, fault: HALF, may: ["protocol"] },
    { route: "lfs.batch", when: FIRST, fault: HTML, may: ["protocol"] },
    { route: "store.put", when: FIRST, fault: status(500) },
    { route: "store.put", when: THIRD, fault: status(503) },
    { route: "store.put", when: FIRST, fault: cutAt(0), reset: true },
    { route: "store.put", when: FIRST, fault: cutAt(30_000), reset: true },
    { route: "store.put", when: THIRD, fault: DROP_ANSWER, reset: true },
    { route: "store.put", when: FIRST, fault: EXPIRED },
    { route: "store.put", when: ALWAYS, fault: EXPIRED, codes: ["forbidden"] },
    { route: "store.put", when: ALWAYS, fault: status(500), codes: ["server_error"] },
    { route: "store.put", when: FIRST, fault: flip(7), codes: ["rejected"] },
    { route: "store.part", when: THIRD, fault: cutAt(20_000) },
    { route: "store.part", when: FIRST, fault: EXPIRED },
    { route: "lfs.complete", when: FIRST, fault: status(500) },
    { route: "lfs.verify", when: THIRD, fault: status(504) },
  ].map((row) => ({ way: "lfs", ...row })),
  // Xorbs and shards.
  ...[
    { route: "xet.write-token", when: FIRST, fault: status(503) },
    { route: "xet.write-token", when: FIRST, fault: DROP, reset: true },
    { route: "cas.xorb", when: FIRST, fault: status(408) },
    { route: "cas.xorb", when: FIRST, fault: status(425, wait(1)) },
    { route: "cas.xorb", when: FIRST, fault: status(429, wait(1)) },
    { route: "cas.xorb", when: FIRST, fault: cutAt(0), reset: true },
    { route: "cas.xorb", when: FIRST, fault: cutAt(200_000), reset: true },
    { route: "cas.xorb", when: FIRST, fault: DROP_ANSWER, reset: true },
    { route: "cas.xorb", when: FIRST, fault: STALL },
    { route: "cas.xorb", when: FIRST, fault: HALF },
    { route: "cas.xorb", when: FIRST, fault: HTML },
    { route: "cas.xorb", when: FIRST, fault: EXPIRED },
    { route: "cas.xorb", when: ALWAYS, fault: EXPIRED, codes: ["unauthorized"] },
    { route: "cas.xorb", when: ALWAYS, fault: status(502), codes: ["server_error"] },
    { route: "cas.xorb", when: FIRST, fault: flip(1_000), codes: ["rejected"] },
    { route: "cas.shard", when: FIRST, fault: status(503, wait(1)) },
    { route: "cas.shard", when: FIRST, fault: DROP_ANSWER, reset: true },
    { route: "cas.shard", when: FIRST, fault: HALF },
    { route: "cas.chunk", when: ALWAYS, fault: status(500) },
    { route: "cas.chunk", when: FIRST, fault: STALL },
  ].map((row) => ({ way: "xet", ...row })),
];

/** A row in words. */
export function nameOf({ way, route, when, fault, reset }) {
  const { kind, status, headers, ...more } = fault;
  const what = [kind === "status" ? status : kind, ...(headers?.flat() ?? []), ...Object.values(more)];
  const which = when === FIRST ? "first" : when === THIRD ? "third" : "always";
  return `${way}: ${route} ${which} ${what.join(" ")}${reset ? ", reset" : ""}`;
}
