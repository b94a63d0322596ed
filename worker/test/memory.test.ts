// What uploads take of the engine's memory, which never shrinks, and that they give it back. Nothing is downloaded here: that takes some of
// its own.
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import { fileExists } from "hubferry";
import { createUploadHandler, type AnswerReport } from "hubferry/edge";
import type { Env } from "../src/env.js";
import { bindings, bodyOf, heal, known, noise, order } from "./hub.js";

const MIB = 1024 ** 2;
const ADDRESS = "https://worker.example";

afterEach(heal);

describe("memory", () => {
  const reports: AnswerReport[] = [];
  const upload = createUploadHandler<Env>({
    repo: bindings.REPO,
    ...known,
    authorize: () => true,
    onAnswer: (report) => reports.push(report),
  });
  const send = async (path: string, bytes: Uint8Array<ArrayBuffer>, body = bodyOf(bytes)): Promise<number> => {
    const headers = { "content-length": String(bytes.length) };
    const response = await upload(
      new Request(`${ADDRESS}/${path}`, { method: "PUT", headers, body }),
      env as unknown as Env,
    );
    await response.text();
    return response.status;
  };
  const engineBytes = (): number => reports.at(-1)?.engineBytes ?? 0;

  it("of the engine stays within 32 MB, and what an upload held is used by the next one", async () => {
    // A small one, so that what it leaves lies in the way of the next.
    expect(await send("memory/small.bin", noise(1_000, 2))).toBe(201);
    expect(await send("memory/first.bin", noise(48 * MIB, 1))).toBe(201);
    const first = engineBytes();
    expect(first).toBeGreaterThan(1_000_000);
    expect(first).toBeLessThanOrEqual(32_000_000);
    for (let i = 0; i < 3; i += 1) expect(await send(`memory/next-${i}.bin`, noise(24 * MIB, 10 + i))).toBe(201);
    expect(engineBytes()).toBe(first);
  });

  it("is given back by uploads that fail in the middle, too", async () => {
    const before = engineBytes();
    const bytes = noise(24 * MIB, 20);
    for (let i = 0; i < 4; i += 1) {
      let at = 0;
      const cut = new ReadableStream<Uint8Array>({
        pull: (controller) => {
          if (at > 20 * MIB) controller.error(new Error("the client is gone"));
          else controller.enqueue(bytes.slice(at, (at += MIB)));
        },
      });
      expect(await send(`memory/gone-${i}.bin`, bytes, cut)).toBe(400);
    }
    await order({ route: "commit", times: 1, fault: { kind: "status", status: 422 } });
    expect(await send("memory/refused.bin", bytes)).toBe(422);
    expect(engineBytes()).toBe(before);
    expect(await send("memory/good.bin", bytes)).toBe(201);
    expect(engineBytes()).toBe(before);
    expect(await fileExists({ ...known, repo: bindings.REPO, path: "memory/gone-0.bin" })).toBe(false);
  });
});
