import { expect, it } from "vitest";
import { failuresOf } from "../../src/element/failures.js";
import { Transfer } from "../../src/element/transfer.js";

it("files that were left behind are grouped by what to do about them, and none is forgotten", () => {
  const transfer = new Transfer(4, 4);
  for (const path of ["a", "b", "c", "d"]) transfer.files.add(path, 1);
  transfer.take({ event: "warning", code: "file_changed", message: "a changed", paths: ["a"] });
  transfer.take({ event: "warning", code: "file_unreadable", message: "b is gone", paths: ["b"] });
  transfer.take({ event: "fileProgress", path: "d", progress: 0, state: "error" });
  const groups = failuresOf(transfer);
  expect(groups.map(({ files }) => files.map(({ path, message }) => [path, message]))).toEqual([
    [["a", "a changed"]],
    [
      ["b", "b is gone"],
      ["d", ""],
    ],
  ]);
  expect(groups.every(({ title, advice }) => title !== "" && advice !== "")).toBe(true);
  expect(transfer.view.row(0)).toMatchObject({ path: "a", state: "failed", note: "a changed" });
  expect(transfer.remarks).toEqual([]);
});
