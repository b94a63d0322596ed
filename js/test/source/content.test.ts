// What can be the content of a file, and what is said of everything else.
import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import "../../src/entry/node.js";
import { toBlob, type Content } from "../../src/source/content.js";

const bytes = new Uint8Array([104, 101, 108, 108, 111]);
const shared = new Uint8Array(new SharedArrayBuffer(5));
shared.set(bytes);

describe("a content", () => {
  it.each<[string, unknown]>([
    ["a string", "hello"],
    ["a Blob", new Blob(["hello"])],
    ["a File", new File(["hello"], "x")],
    ["bytes", bytes],
    ["a buffer", bytes.buffer],
    ["a view into a larger buffer", new Uint8Array([0, ...bytes, 0]).subarray(1, 6)],
    ["another kind of view", new DataView(bytes.buffer)],
    ["memory shared with other threads", shared],
    ["a buffer of Node", Buffer.from("hello")],
    ["a stream", new Blob(["hello"]).stream()],
    ["a stream of Node, turned into one of the platform", Readable.toWeb(Readable.from([bytes]))],
  ])("can be %s", async (_, content) => {
    expect(await (await toBlob(content as Content, {})).text()).toBe("hello");
  });

  it("is copied when it is bytes, so that the buffer can be used again", async () => {
    const mine = bytes.slice();
    const blob = await toBlob(mine, {});
    mine.fill(0);
    expect(await blob.text()).toBe("hello");
  });

  const detached = new ArrayBuffer(8);
  structuredClone(detached, { transfer: [detached] });
  const view = new Uint8Array(8);
  structuredClone(view.buffer, { transfer: [view.buffer] });

  it.each<[string, unknown, RegExp]>([
    ["null", null, /content of "a\/b" is missing: give a Blob, File/],
    ["undefined", undefined, /is missing/],
    ["a number", 42, /is a number/],
    ["a boolean", true, /is a boolean/],
    ["a plain object", {}, /is an object of another kind/],
    ["a list of files", [new File([], "x")], /is a list.*one by one, or a folder to uploadFolder/],
    ["a FileList", { length: 1, item: () => null, [Symbol.toStringTag]: "FileList" }, /is a FileList.*one by one/],
    ["a promise", Promise.resolve(new Blob()), /is a Promise.*await the promise/],
    ["a handle of a file", { kind: "file", getFile: () => null }, /await handle\.getFile\(\)/],
    ["a handle of a folder", { kind: "directory", getDirectoryHandle: () => null }, /for a folder use uploadFolder/],
    ["an entry of a folder", { isDirectory: true, createReader: () => null }, /for a folder use uploadFolder/],
    ["an entry of a file", { isFile: true, file: () => null }, /by entry\.file\(\)/],
    ["a stream of Node", Readable.from(["x"]), /Readable\.toWeb\(stream\)/],
    ["a buffer that is gone", detached, /transferred elsewhere.*give a copy/],
    ["bytes that are gone", view, /transferred elsewhere.*give a copy/],
  ])("cannot be %s, and the error says what can", async (_, content, message) => {
    const failing = expect(toBlob(content as Content, { path: "a/b" }));
    await failing.rejects.toMatchObject({
      name: "InvalidInputError",
      path: "a/b",
      message: expect.stringMatching(message) as string,
    });
  });

  it.each(["ftp://example.com/a", "data:,hello", "about:blank"])("cannot be read from %s", async (url) => {
    const failing = expect(toBlob(new URL(url), { path: "a" }));
    await failing.rejects.toMatchObject({ code: "unsupported", message: expect.stringMatching(/fetch it/) as string });
  });
});
