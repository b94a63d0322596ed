/**
 * Feedback that is collected, and committed now and then: many small entries, few commits.
 *
 * Invariants: an entry is kept before its sender is told so, and goes when a commit holds it; each commit adds one new file and touches no
 * other; without entries there is no commit, and no request; a tick that failed is done again with the same file, so that nothing is
 * committed twice.
 */
import { DurableObject } from "cloudflare:workers";
import { uploadFile } from "hubferry";
import type { Env } from "./env.js";

/** Characters of entries in one file: it stays small enough to be part of the commit itself. */
const FILE_CHARACTERS = 4_000_000;

/** What a tick has done. */
export interface Flushed {
  /** Entries that are in the repo now. */
  readonly entries: number;
  /** The commit that holds them. */
  readonly commit?: string;
}

/** The one place where entries wait. */
export class Feedback extends DurableObject<Env> {
  #flushing: Promise<Flushed> | undefined;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    ctx.storage.sql.exec(`
      CREATE TABLE IF NOT EXISTS entry (id INTEGER PRIMARY KEY AUTOINCREMENT, line TEXT NOT NULL);
      CREATE TABLE IF NOT EXISTS batch (one INTEGER PRIMARY KEY CHECK (one = 1), path TEXT NOT NULL, last INTEGER NOT NULL);
    `);
  }

  /** Keeps an entry, with an id and the time, which are never the sender's. */
  add(entry: Record<string, unknown>): void {
    const line = JSON.stringify({ ...entry, id: crypto.randomUUID(), at: new Date().toISOString() });
    this.ctx.storage.sql.exec("INSERT INTO entry (line) VALUES (?)", line);
  }

  /** Commits what has been collected, if anything has. */
  flush(): Promise<Flushed> {
    this.#flushing ??= this.#flush().finally(() => {
      this.#flushing = undefined;
    });
    return this.#flushing;
  }

  async #flush(): Promise<Flushed> {
    const batch = this.#openBatch() ?? this.#beginBatch();
    if (batch === undefined) return { entries: 0 };
    const { sql } = this.ctx.storage;
    const lines = sql.exec<{ line: string }>("SELECT line FROM entry WHERE id <= ? ORDER BY id", batch.last);
    const all = Array.from(lines, ({ line }) => `${line}\n`);
    const { HF_TOKEN: accessToken, HUB_URL: hubUrl, FEEDBACK_REPO: repo } = this.env;
    const commitTitle = `Add ${all.length} ${all.length === 1 ? "entry" : "entries"} of feedback`;
    const file = { path: batch.path, content: all.join("") };
    const { commit } = await uploadFile({ repo, hubUrl, accessToken, commitTitle, file });
    this.ctx.storage.transactionSync(() => {
      sql.exec("DELETE FROM entry WHERE id <= ?", batch.last);
      sql.exec("DELETE FROM batch");
    });
    return { entries: all.length, commit: commit.oid };
  }

  /** One that an earlier tick has begun and not seen through. */
  #openBatch(): Batch | undefined {
    return this.ctx.storage.sql.exec<Batch>("SELECT path, last FROM batch").toArray()[0];
  }

  /** The entries of the next file, written down before anything is sent. */
  #beginBatch(): Batch | undefined {
    const { sql } = this.ctx.storage;
    let last: number | undefined;
    let characters = 0;
    for (const { id, length } of sql.exec<{ id: number; length: number }>(
      "SELECT id, length(line) AS length FROM entry ORDER BY id",
    )) {
      characters += length + 1;
      if (last !== undefined && characters > FILE_CHARACTERS) break;
      last = id;
    }
    if (last === undefined) return undefined;
    const now = new Date().toISOString();
    const path = `feedback/${now.slice(0, 7)}/${now.replaceAll(":", "-")}-${crypto.randomUUID()}.jsonl`;
    sql.exec("INSERT INTO batch (one, path, last) VALUES (1, ?, ?)", path, last);
    return { path, last };
  }
}

/** The file of a tick. */
type Batch = {
  readonly path: string;
  /** Its last entry; it begins with the first one there is. */
  readonly last: number;
};
