// How records come to a journal: together, in order, and for certain where somebody waits.
import { expect, it, vi } from "vitest";
import { Keeper, packJournal } from "../../src/journal/keeper.js";
import { MemoryJournals } from "../../src/journal/memory.js";
import type { Journal } from "../../src/journal/store.js";

const bytes = (...values: number[]): Uint8Array<ArrayBuffer> => Uint8Array.from(values);

async function open(change: (journal: Journal) => Partial<Journal> = () => ({})) {
  const push = {
    hubUrl: "",
    repo: { type: "model" as const, name: "a/b" },
    branch: "",
    pathInRepo: "",
    files: 1,
    bytes: 1,
  };
  const store = new MemoryJournals();
  const kept = await store.open("ab", { ...push, doneFiles: 0, doneBytes: 0, startedAt: 1, updatedAt: 1 });
  const writes: [string, number[], boolean][] = [];
  const journal: Journal = {
    ...kept,
    append: async (stream, bytes, certain = false) => {
      writes.push([stream, [...bytes], certain]);
      await kept.append(stream, bytes, certain);
    },
  };
  const unlock = vi.fn();
  const keeper = new Keeper({ ...journal, ...change(journal) }, unlock, () => ({ doneFiles: 1, doneBytes: 1 }));
  return { keeper, kept, store, writes, unlock };
}

it("collects until somebody waits", async () => {
  const { keeper, writes } = await open();
  await keeper.append("control", bytes(1));
  await keeper.append("pack", bytes(7));
  await keeper.append("control", bytes(2));
  expect(writes).toEqual([]);
  await keeper.append("control", bytes(3), true);
  expect(writes).toEqual([
    ["control", [1, 2, 3], true],
    ["pack", [7], false],
  ]);
});

it("writes at once after a silence, and together what comes soon after", async () => {
  vi.useFakeTimers();
  try {
    const { keeper, writes } = await open();
    await keeper.append("pack", bytes(1));
    await keeper.append("control", bytes(2));
    await vi.advanceTimersByTimeAsync(0);
    expect(writes.splice(0)).toEqual([
      ["control", [2], false],
      ["pack", [1], false],
    ]);
    await keeper.append("pack", bytes(3));
    await vi.advanceTimersByTimeAsync(60);
    await keeper.append("pack", bytes(4));
    expect(writes).toEqual([]);
    await vi.advanceTimersByTimeAsync(40);
    expect(writes).toEqual([["pack", [3, 4], false]]);
  } finally {
    vi.useRealTimers();
  }
});

it("gives the data plane its stream, in the order of its calls", async () => {
  const { keeper } = await open();
  const pack = packJournal(keeper, () => undefined);
  pack.append(bytes(1));
  expect(await pack.read()).toEqual(bytes(1));
  pack.append(bytes(2));
  pack.replace(bytes(3));
  pack.append(bytes(4));
  expect(await pack.read()).toEqual(bytes(3, 4));
});

it("tells the data plane when its records are written", async () => {
  const { keeper, kept, writes } = await open();
  const pack = packJournal(keeper, () => undefined);
  pack.append(bytes(1));
  pack.append(bytes(2));
  await pack.written();
  expect(await kept.read("pack")).toEqual(bytes(1, 2));
  expect(writes).toEqual([["pack", [1, 2], false]]);
});

it("says that it failed to whoever waits, and to all who come later", async () => {
  const full = new Error("the disk is full");
  const { keeper, unlock } = await open(() => ({ append: () => Promise.reject(full) }));
  await keeper.append("control", bytes(1));
  await expect(keeper.append("control", bytes(2), true)).rejects.toBe(full);
  await expect(keeper.append("control", bytes(3))).rejects.toBe(full);
  const pack = packJournal(keeper, () => undefined);
  pack.append(bytes(4));
  await pack.written();
  await keeper.end(false);
  expect(unlock).toHaveBeenCalledTimes(1);
});

it("keeps what is there when the push has failed, and takes it away when it has ended well", async () => {
  for (const isDone of [false, true]) {
    const { keeper, kept, store, unlock } = await open();
    await keeper.append("control", bytes(1));
    await keeper.end(isDone);
    expect(await kept.read("control")).toEqual(bytes(1));
    expect(await store.list()).toHaveLength(isDone ? 0 : 1);
    expect(unlock).toHaveBeenCalledTimes(1);
  }
});
