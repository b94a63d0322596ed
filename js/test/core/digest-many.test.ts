// Crowds of digests: whoever makes them, they are what one message alone has.
import { createHash } from "node:crypto";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { sha256Many } from "../../src/compute/digest-many.js";
import { engine } from "../../src/engine.js";
import "../../src/entry/node.js";

const native = globalThis.crypto;
const alone = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

function message(length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (Math.imul(at + seed, 2654435761) >>> 24) & 255);
}

const crowds: [string, Uint8Array[]][] = [
  ["nobody", []],
  ["one", [message(70_000, 1)]],
  ["empty and small ones", Array.from({ length: 77 }, (_, at) => message(at * 5, at))],
  ["files of 16 KiB", Array.from({ length: 50 }, (_, at) => message(16_384, at))],
  ["small, large and very large", [message(3, 3), message(5_000_000, 4), message(1_000_000, 5), message(0, 6)]],
];

beforeEach(async () => {
  await engine();
});

afterEach(() => {
  vi.unstubAllGlobals();
});

it.each(crowds)("digests %s, by whichever side is tried", async (_, messages) => {
  const expected = messages.map(alone);
  // Both sides are tried in turns.
  for (let turn = 0; turn < 10; turn++) expect(await sha256Many(messages)).toEqual(expected);
});

it.each(crowds)("digests %s without a platform that digests", (_, messages) => {
  vi.stubGlobal("crypto", undefined);
  expect(sha256Many(messages)).toEqual(messages.map(alone));
});

it("times both sides on the first groups, then keeps to the faster, and asks the other one again ever more seldom", async () => {
  vi.resetModules();
  const fresh = await import("../../src/compute/digest-many.js");
  await import("../../src/entry/node.js");
  const started = await import("../../src/engine.js");
  await started.engine();
  const digest = vi.fn(native.subtle.digest.bind(native.subtle));
  vi.stubGlobal("crypto", { subtle: { digest } });
  const messages = Array.from({ length: 16 }, (_, at) => message(65_536, at));
  const byPlatform: boolean[] = [];
  for (let turn = 0; turn < 130; turn++) {
    digest.mockClear();
    await fresh.sha256Many(messages);
    byPlatform.push(digest.mock.calls.length > 0);
  }
  expect(byPlatform.slice(0, 12).filter(Boolean)).toHaveLength(6);
  // At the 32nd, 64th and 128th group the other one has a turn, and may win.
  const changes = byPlatform.slice(12).filter((native, at) => native !== byPlatform[11 + at] && at > 0);
  expect(changes.length).toBeLessThanOrEqual(6);
});
