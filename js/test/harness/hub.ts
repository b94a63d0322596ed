// The embedded Hub as a child of the test: a real server on free ports, with its own data.
import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { inject } from "vitest";

/** One request as the Hub has logged it. */
export interface LoggedRequest {
  /** `hub` or `store`. */
  readonly face: string;
  readonly route: string;
  readonly method: string;
  readonly path: string;
  readonly status: number | null;
  readonly requestBytes: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Whether the connection was dropped before the whole answer was out. */
  readonly cut: boolean;
  readonly endedAt: number | null;
  /** The rule that hit it. */
  readonly fault: number | null;
  /** The scheme of the header; never its value. */
  readonly authorization: string | null;
}

/** A Hub with one user. */
export class LocalHub {
  readonly user = "alice";
  /** May read only. */
  readonly reader = { name: "rita", token: `hf_${randomBytes(17).toString("hex")}` };
  readonly token = `hf_${randomBytes(17).toString("hex")}`;
  url = "";
  storeUrl = "";
  #child: ChildProcess | undefined;
  readonly #control = randomBytes(16).toString("hex");
  readonly #data = mkdtempSync(join(tmpdir(), "hubferry-hub-"));

  async start(...options: string[]): Promise<this> {
    const known = ["--data", this.#data, "--control-token", this.#control];
    const users = ["--user", `${this.user}:${this.token}`, "--user", `${this.reader.name}:${this.reader.token}:read`];
    const child = spawn(inject("localHub"), [...known, ...users, ...options], { stdio: ["ignore", "pipe", "inherit"] });
    this.#child = child;
    const line = await new Promise<string>((resolve, reject) => {
      createInterface({ input: child.stdout }).once("line", resolve);
      child.once("error", reject);
      child.once("exit", (code) => {
        reject(new Error(`the embedded Hub ended with code ${code}`));
      });
    });
    const ready = JSON.parse(line) as { url: string; storeUrl: string };
    this.url = ready.url;
    this.storeUrl = ready.storeUrl;
    return this;
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child?.exitCode === null) {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await ended;
    }
    rmSync(this.#data, { recursive: true, force: true });
  }

  /** The bare repository of a model on disk. */
  repoFolder(repo: string): string {
    return join(this.#data, "repos", "models", `${repo}.git`);
  }

  /** All requests since the last {@link forget}, in order. */
  async requests(): Promise<LoggedRequest[]> {
    const { requests } = (await this.#ask("GET", "requests")) as { requests: LoggedRequest[] };
    return requests;
  }

  async forget(): Promise<void> {
    await this.#ask("DELETE", "requests");
  }

  /** Orders a fault. */
  async order(rule: object): Promise<void> {
    await this.#ask("POST", "faults", rule);
  }

  /** Changes how Xet is offered: whether at all, and how long tokens and data URLs are good. */
  async xet(settings: {
    offered?: boolean;
    tokenLifetimeSeconds?: number;
    urlLifetimeSeconds?: number;
  }): Promise<void> {
    await this.#ask("PUT", "xet", settings);
  }

  /** Takes all faults away. */
  async heal(): Promise<void> {
    await this.#ask("DELETE", "faults");
  }

  async #ask(method: string, path: string, body?: object): Promise<unknown> {
    const init: RequestInit = {
      method,
      headers: { authorization: `Bearer ${this.#control}`, "content-type": "application/json" },
    };
    if (body !== undefined) init.body = JSON.stringify(body);
    const response = await fetch(`${this.url}/_control/${path}`, init);
    const text = await response.text();
    if (!response.ok) throw new Error(`the control API answered ${response.status}: ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  }
}
