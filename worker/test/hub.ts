// The embedded Hub as tests inside workerd see it: its address, and its control API.
import { env, exports } from "cloudflare:workers";
import type { Env } from "../src/env.js";

/** What the configuration adds to the Worker's own bindings. */
interface TestEnv extends Env {
  readonly HUB_URL: string;
  /** Who may control the Hub. */
  readonly CONTROL: string;
}

/** One request that the Hub has seen. */
export interface Seen {
  readonly route: string;
  readonly method: string;
  readonly status: number;
}

export const bindings = env as unknown as TestEnv;

/** Asks the Worker. */
export function ask(url: string, init: RequestInit): Promise<Response> {
  return (exports as unknown as { default: Fetcher }).default.fetch(url, init);
}

/** Parameters of every call. */
export const known = { hubUrl: bindings.HUB_URL, accessToken: bindings.HF_TOKEN };

async function control(method: string, path: string, body?: object): Promise<unknown> {
  const response = await fetch(`${bindings.HUB_URL}/_control/${path}`, {
    method,
    headers: { authorization: `Bearer ${bindings.CONTROL}`, "content-type": "application/json" },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`control ${method} ${path}: ${response.status} ${text}`);
  return text === "" ? undefined : JSON.parse(text);
}

/** All requests since the last {@link forget}. */
export async function seen(): Promise<Seen[]> {
  return ((await control("GET", "requests")) as { requests: Seen[] }).requests;
}

/** Forgets them. */
export async function forget(): Promise<void> {
  await control("DELETE", "requests");
}

/** Whether the Hub offers Xet. */
export async function offerXet(offered: boolean): Promise<void> {
  await control("PUT", "xet", { offered });
}

/** Orders a fault. */
export async function order(rule: object): Promise<void> {
  await control("POST", "faults", rule);
}

/** Takes all faults away. */
export async function heal(): Promise<void> {
  await control("DELETE", "faults");
}

/** Bytes that do not compress, the same for the same seed. */
export function noise(length: number, seed: number): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(Math.ceil(length / 4));
  let state = (seed * 2_654_435_761) | 1;
  for (let i = 0; i < words.length; i += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[i] = state;
  }
  return new Uint8Array(words.buffer, 0, length);
}

/** In hex. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Such bytes as a body of known length. */
export function bodyOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  const { readable, writable } = new FixedLengthStream(bytes.length);
  const writer = writable.getWriter();
  const write = async (): Promise<void> => {
    for (let at = 0; at < bytes.length; at += 65_536) await writer.write(bytes.slice(at, at + 65_536));
    await writer.close();
  };
  write().catch(() => undefined);
  return readable;
}
