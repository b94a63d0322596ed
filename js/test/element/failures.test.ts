import { expect, it } from "vitest";
import { failuresOf } from "../../src/element/failures.js";
import { Transfer } from "../../src/element/transfer.js";

it("every file that was left behind is listed, with the reason where one was told", () => {
  const transfer = new Transfer(4, 4);
  for (const path of ["a", "b", "c", "d"]) transfer.files.add(path, 1);
  transfer.take({ event: "warning", code: "file_skipped", message: "a changed", paths: ["a"] });
  transfer.take({ event: "warning", code: "file_skipped", message: '"b" is gone', paths: ["b"] });
  transfer.take({ event: "fileProgress", path: "d", progress: 0, state: "error" });
  expect(failuresOf(transfer)).toEqual([
    { path: "a", message: "a changed" },
    // The path stands beside it.
    { path: "b", message: "is gone" },
    { path: "d", message: "" },
  ]);
  expect(transfer.view.row(0)).toMatchObject({ path: "a", state: "failed", note: "a changed" });
  expect(transfer.remarks).toEqual([]);
});

it("that there is no connection is the condition of a push, and no remark that stays when there is one again", () => {
  const transfer = new Transfer(1, 1);
  transfer.take({ event: "warning", code: "offline", message: "There is no connection", paths: [] });
  transfer.take({ event: "warning", code: "other", message: "Something else", paths: [] });
  expect(transfer.remarks).toEqual([{ message: "Something else", paths: [] }]);
});
