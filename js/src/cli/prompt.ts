/** Asks for a secret: what is typed is not shown; without a terminal the first line of standard input is taken. */
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import type { Context } from "./context.js";

/** Asks. */
export async function askSecret(question: string, { streams, signal }: Context): Promise<string> {
  const nowhere = new Writable({
    write(_piece, _encoding, done) {
      done();
    },
  });
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: process.stdin.isTTY });
  // A terminal that is read letter by letter gives Ctrl-C to whoever reads.
  lines.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
  const isAsked = process.stdin.isTTY;
  if (isAsked) streams.stderr.write(question);
  try {
    if (isAsked) return await lines.question("", { signal });
    for await (const line of lines) return line;
    return "";
  } finally {
    lines.close();
    if (isAsked) streams.stderr.write("\n");
  }
}
