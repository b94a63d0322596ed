// A file of more than 4 GiB through the content store: no size, offset or digest is cut to 32 bits on its way. It is a hole with a few
// bytes beyond each power of two that matters, so that it costs no disk, and is sent as good as nothing of.
import { createHash } from "node:crypto";
import { closeSync, ftruncateSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createRepo, downloadFile, fileDownloadInfo, uploadFile, type UploadEvent } from "../../src/entry/node.js";
import { temporaryFolder } from "../harness/folder.js";
import { LocalHub } from "../harness/hub.js";
import { MIB, noise } from "../harness/packing.js";

const GIB = 1024 * MIB;
const SIZE = 4 * GIB + 300 * MIB + 13;
/** Where the file is no hole. */
const MARKS = [0, 2 * GIB - 100, 4 * GIB - 100, SIZE - 200];
const MARK_BYTES = 200;

const hub = new LocalHub();
beforeAll(async () => {
  await hub.start();
});
afterAll(() => hub.stop());

const mark = (at: number): Uint8Array => noise(MARK_BYTES, MARKS.indexOf(at) + 1);

/** Makes the file; its digest comes from the same plan, not from reading it. */
function sparse(file: string): string {
  const descriptor = openSync(file, "w");
  ftruncateSync(descriptor, SIZE);
  const hash = createHash("sha256");
  const zeros = new Uint8Array(8 * MIB);
  let at = 0;
  for (const place of MARKS) {
    writeSync(descriptor, mark(place), 0, MARK_BYTES, place);
    for (; at < place; at += Math.min(zeros.length, place - at))
      hash.update(zeros.subarray(0, Math.min(zeros.length, place - at)));
    hash.update(mark(place));
    at = place + MARK_BYTES;
  }
  closeSync(descriptor);
  expect(at).toBe(SIZE);
  return hash.digest("hex");
}

it("a file of more than 4 GiB is pushed whole by Xet, and every figure is right", { timeout: 300_000 }, async () => {
  const file = join(temporaryFolder(), "huge.bin");
  const sha256 = sparse(file);
  const known = { hubUrl: hub.url, accessToken: hub.token, repo: "alice/huge" };
  await createRepo(known);
  const job = uploadFile({ ...known, file: pathToFileURL(file) });
  const shares: number[] = [];
  for await (const event of job as AsyncIterable<UploadEvent>) {
    if (event.event === "fileProgress") shares.push(event.progress);
    const { bytes } = job.progress;
    for (const sum of [bytes.read, bytes.deduplicated, bytes.sent, bytes.registered])
      expect(sum >= 0 && sum <= SIZE, JSON.stringify(bytes)).toBe(true);
  }
  const output = await job;
  expect(output.files).toMatchObject([{ path: "huge.bin", size: SIZE, oid: sha256, state: "added" }]);
  expect(output.bytes).toMatchObject({ total: SIZE, read: SIZE });
  expect(output.bytes.sent).toBeLessThan(8 * MIB);
  // Now and then zeros are packed once more, so that the file is not in too many pieces; they shrink to nothing.
  expect(output.bytes.deduplicated).toBeGreaterThan(3 * GIB);
  expect(shares.every((share) => share >= 0 && share <= 1)).toBe(true);
  expect(shares.length).toBeGreaterThan(10);

  expect(await fileDownloadInfo({ ...known, path: "huge.bin" })).toMatchObject({ size: SIZE });
  const blob = await downloadFile({ ...known, path: "huge.bin" });
  expect(blob?.size).toBe(SIZE);
  for (const place of MARKS) {
    const bytes = await blob?.slice(place, place + MARK_BYTES).arrayBuffer();
    expect(Buffer.from(bytes ?? new ArrayBuffer()).equals(mark(place)), `the bytes at ${place}`).toBe(true);
  }
});
