// What a push that is cut off and begun again reads and sends more than once: of which file which bytes, and which of what the store
// took was in vain.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Spans, sorted and joined where they touch: `[[start, end], …]`. */
function joined(spans) {
  const all = [];
  for (const [start, end] of [...spans].sort(([a], [b]) => a - b)) {
    const last = all.at(-1);
    if (last !== undefined && start <= last[1]) last[1] = Math.max(last[1], end);
    else all.push([start, end]);
  }
  return all;
}

const lengthOf = (spans) => spans.reduce((sum, [start, end]) => sum + end - start, 0);

/** What of these spans lies in those. */
function common(spans, others) {
  const found = [];
  for (const [start, end] of spans)
    for (const [from, to] of others) {
      const [first, last] = [Math.max(start, from), Math.min(end, to)];
      if (first < last) found.push([first, last]);
    }
  return found;
}

/** What of these spans does not lie in those, which are sorted. */
function without(spans, others) {
  const rest = [];
  for (const [start, end] of spans) {
    let at = start;
    for (const [from, to] of others) {
      if (from > at && at < end) rest.push([at, Math.min(from, end)]);
      at = Math.max(at, to);
    }
    if (at < end) rest.push([at, end]);
  }
  return rest;
}

/** What was read of each file, run by run. */
export class Reads {
  /** For each run: file → spans that were read in it and not since. */
  #last = [];

  /**
   * Adds a run (file → spans as they were read). Gives the bytes of each file that were read in it, and, for each run before, how many
   * bytes were read again that had been read in that run: its end has cost them.
   */
  add(run) {
    const files = new Map();
    const lost = this.#last.map((known) => {
      let bytes = 0;
      for (const [file, spans] of Object.entries(run)) {
        const mine = joined(spans);
        bytes += lengthOf(common(known.get(file) ?? [], mine));
        known.set(file, without(known.get(file) ?? [], mine));
      }
      return bytes;
    });
    for (const [file, spans] of Object.entries(run)) files.set(file, lengthOf(spans));
    this.#last.push(new Map(Object.entries(run).map(([file, spans]) => [file, joined(spans)])));
    return { files, lost };
  }
}

/** The xorbs that hold each file of a repo, as the store says: oid → hashes. */
export async function xorbsOf(hub, name) {
  const asked = async (url, token) => {
    const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
    if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
    return response.json();
  };
  const { casUrl, accessToken } = await asked(
    `${hub.url}/api/datasets/${hub.user}/${name}/xet-read-token/main`,
    hub.token,
  );
  const folder = join(hub.repoFolder(name), "xet");
  const records = readdirSync(folder).flatMap((record) => JSON.parse(readFileSync(join(folder, record), "utf8")));
  const files = new Map();
  for (const { oid, fileHash } of records) {
    const { terms } = await asked(`${casUrl}/v1/reconstructions/${fileHash}`, accessToken);
    files.set(oid, new Set(terms.map(({ hash }) => hash)));
  }
  return files;
}

/** Bodies of xorbs that came, and whether the store took them. */
const sentXorbs = (requests) =>
  requests
    .filter(({ route, method }) => route === "cas.xorb" && method === "POST")
    .map(({ path, status, cut, requestBytes, startedAt, endedAt }) => ({
      hash: path.split("/").at(-1),
      bytes: requestBytes,
      startedAt,
      storedAt: status === 200 && !cut ? endedAt : Infinity,
      isTaken: status === 200,
    }));

/**
 * What was sent in vain, by the Hub's list of requests: whatever did not come to its end, came once more, or is part of no file in the
 * end. One number for each run; `kills` says when each but the last was over.
 */
export function sentInVain(requests, files, kills) {
  const wanted = new Set([...files.values()].flatMap((hashes) => [...hashes]));
  const have = new Set();
  const runs = Array.from({ length: kills.length + 1 }, () => 0);
  for (const { hash, bytes, startedAt, isTaken } of sentXorbs(requests)) {
    const isUseful = isTaken && wanted.has(hash) && !have.has(hash);
    if (isTaken) have.add(hash);
    const at = kills.findIndex((kill) => startedAt < kill);
    if (!isUseful) runs[at === -1 ? kills.length : at] += bytes;
  }
  return runs;
}

/**
 * The oids of the files that were stored whole by that time, as far as the runs can know: what was stored so shortly before a run was
 * killed counts for the first that stored it longer before its end.
 */
export function storedBy(requests, files, time, { kills, shortly }) {
  const stored = new Set(
    sentXorbs(requests)
      .filter(({ startedAt, storedAt }) => {
        const end = kills.find((kill) => startedAt < kill) ?? Infinity;
        return storedAt < Math.min(end, time) - shortly;
      })
      .map(({ hash }) => hash),
  );
  return [...files].filter(([, hashes]) => [...hashes].every((hash) => stored.has(hash))).map(([oid]) => oid);
}
