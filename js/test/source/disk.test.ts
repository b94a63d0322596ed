// Files on disk: read as they were taken in, or not at all.
import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  renameSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { FileChangedError, InvalidInputError } from "../../src/errors.js";
import { openFile } from "../../src/node/disk.js";
import { blobSource } from "../../src/source/blob.js";
import { temporaryFolder, withoutRights } from "../harness/folder.js";

const newFile = (): string => join(temporaryFolder({ "a.bin": "0123456789" }), "a.bin");

describe("a file on disk", () => {
  it.each<[string, (file: string) => void]>([
    [
      "grew",
      (file) => {
        appendFileSync(file, "x");
      },
    ],
    [
      "shrank",
      (file) => {
        truncateSync(file, 5);
      },
    ],
    [
      "was written again, as long as it was",
      (file) => {
        writeFileSync(file, "9876543210");
      },
    ],
    [
      "was touched",
      (file) => {
        utimesSync(file, new Date(), new Date(Date.now() + 5_000));
      },
    ],
    [
      "is gone",
      (file) => {
        unlinkSync(file);
      },
    ],
    [
      "was moved",
      (file) => {
        renameSync(file, `${file}.new`);
      },
    ],
  ])("that %s is changed", async (_, change) => {
    const file = newFile();
    const { blob } = await openFile(file);
    const source = blobSource(blob);
    expect(await source.check?.()).toBeUndefined();
    expect(await blob.slice(2, 4).text()).toBe("23");
    // The clock of the disk may be coarse.
    utimesSync(file, new Date(), new Date(Date.now() - 60_000));
    const { blob: again } = await openFile(file);
    change(file);
    await expect(again.slice(2, 4).arrayBuffer()).rejects.toBeInstanceOf(FileChangedError);
    expect(await blobSource(again).check?.()).toMatchObject({ code: "file_changed" });
  });

  it("that became a folder is changed", async () => {
    const file = newFile();
    const { blob } = await openFile(file);
    unlinkSync(file);
    mkdirSync(file);
    await expect(blob.arrayBuffer()).rejects.toMatchObject({ message: expect.stringContaining("folder") as string });
    expect(await blobSource(blob).check?.()).toMatchObject({ code: "file_changed" });
  });

  it("that may not be read says so", async () => {
    const file = newFile();
    const { blob } = await openFile(file);
    chmodSync(file, 0o000);
    await withoutRights(dirname(file), async () => {
      await expect(blob.text()).rejects.toMatchObject({ code: "file_unreadable", message: "permission is denied" });
      expect(await blobSource(blob).check?.()).toBeUndefined();
    });
  });

  it("that is a pipe by now is not waited for", async () => {
    const file = newFile();
    const { blob } = await openFile(file);
    unlinkSync(file);
    execFileSync("mkfifo", [file]);
    await expect(blob.arrayBuffer()).rejects.toMatchObject({ code: "file_changed" });
  });

  it("may be larger than four gigabytes", async () => {
    const file = newFile();
    truncateSync(file, 5 * 2 ** 30);
    appendFileSync(file, "the end");
    const { blob, size } = await openFile(file);
    expect(size).toBe(5 * 2 ** 30 + 7);
    expect(await blob.slice(-7).text()).toBe("the end");
  });

  it("must be a file, and there", async () => {
    const folder = temporaryFolder();
    await expect(openFile(folder)).rejects.toBeInstanceOf(InvalidInputError);
    await expect(openFile("/dev/null")).rejects.toBeInstanceOf(InvalidInputError);
    execFileSync("mkfifo", [join(folder, "pipe")]);
    await expect(openFile(join(folder, "pipe"))).rejects.toBeInstanceOf(InvalidInputError);
    await expect(openFile(join(folder, "nothing"))).rejects.toMatchObject({
      code: "invalid_input",
      message: expect.stringContaining("does not exist") as string,
    });
  });
});
