// Bodies from parts: by reference where that is possible, encoded on a lane where it is not.
import { describe, expect, it } from "vitest";
import { InPlace } from "../../src/compute/inplace.js";
import type { Compute, Task } from "../../src/compute/task.js";
import { nativeHashing } from "../../src/node/hashing.js";
import { blobSource } from "../../src/source/blob.js";
import { LazyBlob } from "../../src/source/lazy.js";
import { assembleBody, sourcesOf, Unreadable } from "../../src/transport/body.js";
import type { BodyPartView } from "../../src/wire.js";

const signal = new AbortController().signal;
const bytes = new Uint8Array(1000).map((_, index) => index);
const sources = [blobSource(new File([bytes], "a.bin", { type: "image/png" })), blobSource(new Blob(["hello"]))];

/** Counts what it is asked to do. */
class Counting implements Compute {
  readonly tasks: Task[] = [];
  readonly #lane = new InPlace(nativeHashing);

  run(task: Task): ReturnType<Compute["run"]> {
    this.tasks.push(task);
    return this.#lane.run(task, { signal });
  }
}

async function assemble(parts: BodyPartView[], from = sources) {
  const lanes = new Counting();
  return { body: await assembleBody(parts, from, () => lanes, signal), tasks: lanes.tasks };
}

describe("a body", () => {
  it("is absent without parts", async () => {
    expect((await assemble([])).body).toBeUndefined();
  });

  it("of texts is a text", async () => {
    const { body, tasks } = await assemble([
      { type: "text", text: "a" },
      { type: "text", text: "ä" },
    ]);
    expect(body).toBe("aä");
    expect(tasks).toEqual([]);
  });

  it("of one range is that range of the file, unread and without a type", async () => {
    const { body, tasks } = await assemble([{ type: "slice", file: 0, start: 10, end: 20 }]);
    expect(body).toBeInstanceOf(Blob);
    expect((body as Blob).type).toBe("");
    expect(new Uint8Array(await (body as Blob).arrayBuffer())).toEqual(bytes.slice(10, 20));
    expect(tasks).toEqual([]);
  });

  it("of texts and files in base64 is put together on a lane", async () => {
    const { body, tasks } = await assemble([
      { type: "text", text: '{"content":"' },
      { type: "base64", file: 0, start: 0, end: 1000 },
      { type: "text", text: '"}\n' },
      { type: "base64", file: 1, start: 1, end: 4 },
      { type: "slice", file: 1, start: 0, end: 2 },
    ]);
    const expected = `{"content":"${Buffer.from(bytes).toString("base64")}"}\n${Buffer.from("ell").toString("base64")}he`;
    expect(await (body as Blob).text()).toBe(expected);
    expect(tasks.length).toBe(1);
  });

  it("takes ranges of lazy blobs too", async () => {
    const lazy = new LazyBlob({ read: (start, end) => Promise.resolve(bytes.slice(start, end)) }, 0, 1000);
    const parts: BodyPartView[] = [
      { type: "text", text: "<" },
      { type: "slice", file: 0, start: 65, end: 70 },
      { type: "text", text: ">" },
    ];
    const { body } = await assemble(parts, [{ blob: lazy, size: 1000, lastModified: undefined }]);
    expect(await (body as Blob).text()).toBe("<ABCDE>");
  });

  it("of many parts is put together in several visits", async () => {
    const parts = Array.from({ length: 1201 }, (_, index): BodyPartView => {
      return index % 2 === 0 ? { type: "text", text: `${index} ` } : { type: "base64", file: 1, start: 0, end: 5 };
    });
    const { body, tasks } = await assemble(parts);
    const text = parts.map((part) => (part.type === "text" ? part.text : "aGVsbG8=")).join("");
    expect(await (body as Blob).text()).toBe(text);
    expect(tasks.length).toBe(3);
  });

  it("that cannot be read says so", async () => {
    const gone = new LazyBlob({ read: () => Promise.reject(new DOMException("gone", "NotFoundError")) }, 0, 10);
    const broken = assemble(
      [
        { type: "text", text: "<" },
        { type: "base64", file: 0, start: 0, end: 10 },
      ],
      [{ blob: gone, size: 10, lastModified: undefined }],
    );
    const error: unknown = await broken.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Unreadable);
    expect((error as Unreadable).failure.code).toBe("file_changed");
  });

  it("names each of its files once", () => {
    const slice = { type: "slice", file: 3, start: 0, end: 1 } as const;
    expect(sourcesOf([slice, { type: "text", text: "" }, slice, { ...slice, file: 1 }])).toEqual([3, 1]);
  });
});
