// Feedback that is collected, and committed by the clock.
import {
  createExecutionContext,
  createScheduledController,
  runInDurableObject,
  waitOnExecutionContext,
} from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { downloadFile, listCommits, listFiles } from "hubferry";
import worker from "../src/index.js";
import type { Env } from "../src/env.js";
import { ask, bindings, forget, heal, known, order, seen } from "./hub.js";

const repo = bindings.FEEDBACK_REPO;

beforeEach(forget);
afterEach(heal);

function tell(entry: string | ReadableStream): Promise<Response> {
  const headers = { authorization: "Bearer second-token", ...(typeof entry === "string" && lengthOf(entry)) };
  return ask("https://worker.example/feedback", { method: "POST", headers, body: entry });
}

function lengthOf(text: string): Record<string, string> {
  return { "content-length": String(new TextEncoder().encode(text).length) };
}

/** What the clock does. */
async function tick(): Promise<void> {
  const ctx = createExecutionContext();
  await worker.scheduled(createScheduledController(), env as unknown as Env);
  await waitOnExecutionContext(ctx);
}

async function commits(): Promise<number> {
  let count = 0;
  for await (const _ of listCommits({ ...known, repo })) count += 1;
  return count;
}

/** All entries in the repo, by file. */
async function entries(): Promise<Map<string, unknown[]>> {
  const found = new Map<string, unknown[]>();
  for await (const { path, type } of listFiles({ ...known, repo, recursive: true })) {
    if (type !== "file" || !path.endsWith(".jsonl")) continue;
    const text = await (await downloadFile({ ...known, repo, path }))?.text();
    found.set(
      path,
      (text ?? "")
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as unknown),
    );
  }
  return found;
}

describe("feedback", () => {
  it("that nobody gave makes no commit, and asks the Hub nothing", async () => {
    const before = await commits();
    await forget();
    await tick();
    expect((await seen()).filter(({ route }) => !route.includes("control"))).toEqual([]);
    expect(await commits()).toBe(before);
  });

  it("becomes one commit with one new file at each tick", async () => {
    const before = await commits();
    for (const text of ["good", "bad", "fair"]) expect((await tell(JSON.stringify({ text }))).status).toBe(202);
    await tick();
    await tick();
    expect(await commits()).toBe(before + 1);
    const [first, ...others] = await entries();
    expect(others).toEqual([]);
    expect(first?.[0]).toMatch(/^feedback\/\d{4}-\d\d\/.*\.jsonl$/);
    expect(first?.[1]).toMatchObject([{ text: "good" }, { text: "bad" }, { text: "fair" }]);

    await tell('{"text":"later"}');
    await tick();
    expect(await commits()).toBe(before + 2);
    const all = await entries();
    expect(all.size).toBe(2);
    // What is there was not touched.
    expect(all.get(first?.[0] ?? "")).toEqual(first?.[1]);
  });

  it("is kept when the Hub fails, and committed once when it is back", async () => {
    const [before, known] = [await commits(), await entries()];
    await tell('{"text":"kept"}');
    await order({ route: "commit", fault: { kind: "status", status: 422 } });
    await expect(tick()).rejects.toThrow();
    await tell('{"text":"meanwhile"}');
    await heal();
    await tick();
    await tick();
    // Two: those of the tick that failed, then those that came after it.
    expect(await commits()).toBe(before + 2);
    const fresh = [...(await entries())].filter(([path]) => !known.has(path)).flatMap(([, lines]) => lines);
    expect(fresh.map((line) => (line as { text: string }).text).sort()).toEqual(["kept", "meanwhile"]);
  });

  it("whose commit stood while its answer was lost is not committed again", async () => {
    await tell('{"text":"once"}');
    const stub = bindings.FEEDBACK.get(bindings.FEEDBACK.idFromName("feedback"));
    const before = await commits();
    await tick();
    expect(await commits()).toBe(before + 1);
    const [path] = [...(await entries())].find(([, lines]) => JSON.stringify(lines).includes('"once"')) ?? [];
    const lines = (await entries()).get(path ?? "") ?? [];
    // As if it had been stopped between the commit and the line that forgets the entries.
    await runInDurableObject(stub, (_, { storage: { sql } }) => {
      for (const line of lines) sql.exec("INSERT INTO entry (line) VALUES (?)", JSON.stringify(line));
      sql.exec("INSERT INTO batch (one, path, last) SELECT 1, ?, max(id) FROM entry", path);
    });
    await tick();
    expect(await commits()).toBe(before + 1);
  });

  it("that is none is not taken", async () => {
    for (const text of ["", "no JSON", "[1]", "7"]) expect((await tell(text)).status).toBe(400);
  });

  it("is not read where it says that it is long, or does not say how long it is", async () => {
    // Few characters, of several bytes each.
    for (const text of ["x".repeat(20_000), "€".repeat(6_000)]) {
      const response = await tell(JSON.stringify({ text }));
      expect(response.status).toBe(413);
      expect(await response.json()).toMatchObject({ error: { code: "too_large" } });
    }
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        controller.enqueue(new Uint8Array(65_536).fill(32));
      },
    });
    const response = await tell(endless);
    expect(response.status).toBe(411);
    expect(await response.json()).toMatchObject({ error: { code: "length_required" } });
  });

  it("does not say itself when it came, or which one it is", async () => {
    const known = await entries();
    expect((await tell('{"text":"older","id":"mine","at":"1999-12-31T23:59:59.000Z"}')).status).toBe(202);
    await tick();
    const [line] = [...(await entries())].filter(([path]) => !known.has(path)).flatMap(([, lines]) => lines);
    const { text, id, at } = line as { text: string; id: string; at: string };
    expect(text).toBe("older");
    expect(id).toMatch(/^[0-9a-f]{8}-/);
    expect(Math.abs(Date.now() - Date.parse(at))).toBeLessThan(60_000);
  });
});
