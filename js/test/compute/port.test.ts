// Lines within one thread, and memory that is given back.
import { afterEach, describe, expect, it, vi } from "vitest";
import { localLine } from "../../src/compute/pack/port.js";

describe("a line within this thread", () => {
  it("brings what was posted before its end was closed: the last word of somebody who breaks", async () => {
    const [near, far] = localLine<string, string>();
    const heard: string[] = [];
    far.listen((word) => heard.push(word));
    near.post("broken");
    near.close();
    near.post("too late");
    await Promise.resolve();
    expect(heard).toEqual(["broken"]);
  });

  it("brings nothing to an end that is closed", async () => {
    const [near, far] = localLine<string, string>();
    const heard: string[] = [];
    far.listen((word) => heard.push(word));
    near.post("a word");
    far.close();
    await Promise.resolve();
    expect(heard).toEqual([]);
  });
});

describe("memory that is given back", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  it("is left alone where nothing can be handed over, as in workerd", async () => {
    class Refusing {
      port1 = {
        postMessage: () => {
          throw new TypeError("Transfer list is not supported");
        },
      };
      port2 = { close: () => undefined };
    }
    vi.stubGlobal("MessageChannel", Refusing);
    const { release } = await import("../../src/compute/release.js");
    const buffer = new ArrayBuffer(8);
    release(buffer);
    expect(buffer.byteLength).toBe(8);
  });
});
