// Texts that others may read or write at the same time: the token on this device, the revision in a cache.
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { replaceFile } from "../../src/cli/replace-file.js";
import { readSettings } from "../../src/cli/settings.js";
import { keepToken } from "../../src/cli/token.js";
import { temporaryFolder } from "../harness/folder.js";

it("keeps a token in a file that nobody else could ever open", async () => {
  const home = temporaryFolder({ token: "old" });
  const place = join(home, "token");
  expect(statSync(place).mode & 0o077).not.toBe(0);
  // Somebody who has opened it while that was allowed.
  const opened = openSync(place, "r");
  await keepToken(readSettings({ HF_HOME: home }), "new");
  expect(readFileSync(opened, "utf8")).toBe("old");
  closeSync(opened);
  expect(readFileSync(place, "utf8")).toBe("new");
  expect(statSync(place).mode & 0o777).toBe(0o600);
  expect(readdirSync(home)).toEqual(["token"]);
});

it("is written by many at once, and is what one of them has written", async () => {
  const folder = temporaryFolder();
  const texts = Array.from({ length: 20 }, (_, number) => String(number).repeat(1_000));
  await Promise.all(texts.map((text) => replaceFile(join(folder, "main"), text)));
  expect(texts).toContain(readFileSync(join(folder, "main"), "utf8"));
  expect(readdirSync(folder)).toEqual(["main"]);
});

it("leaves nothing beside what cannot be replaced", async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "main"));
  writeFileSync(join(folder, "main/file"), "");
  await expect(replaceFile(join(folder, "main"), "text")).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
  expect(readdirSync(folder)).toEqual(["main"]);
});
