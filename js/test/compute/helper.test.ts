import { expect, test } from "vitest";
import { Borrowed } from "../../src/compute/pack/helper.js";
import type { FromHelper, ToHelper } from "../../src/compute/pack/messages.js";
import { portOf } from "../../src/compute/pack/port.js";

test("a reader that failed while nobody waited for a window fails the next one too", async () => {
  const { port1, port2 } = new MessageChannel();
  const borrowed = new Borrowed(portOf<FromHelper, ToHelper>(port1));
  const reader = portOf<ToHelper, FromHelper>(port2);
  try {
    reader.post({ type: "failed", failure: { code: "file_changed", message: "it was written to" } });
    await expect(borrowed.digest).rejects.toMatchObject({ code: "file_changed" });
    await expect(borrowed.next()).rejects.toMatchObject({ code: "file_changed" });
  } finally {
    borrowed.close();
    reader.close();
  }
});
