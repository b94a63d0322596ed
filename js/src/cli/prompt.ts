/** Asks who runs the command; without a terminal the first line of standard input is the answer. */
import { once } from "node:events";
import { createInterface, type Interface } from "node:readline/promises";
import { Writable } from "node:stream";
import { orAborted } from "../abort.js";
import type { Context } from "./context.js";

/** Asks for a secret: what is typed is not shown. */
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
    return await firstLine(lines, signal);
  } finally {
    lines.close();
    if (isAsked) streams.stderr.write("\n");
  }
}

/** Asks whether to go on; anything but a yes is a no. */
export async function askWhether(question: string, { streams, signal }: Context): Promise<boolean> {
  const lines = createInterface({ input: process.stdin });
  streams.stderr.write(question);
  try {
    return /^y(?:es)?$/i.test((await firstLine(lines, signal)).trim());
  } finally {
    lines.close();
  }
}

/** Nothing when there is none. */
async function firstLine(lines: Interface, signal: AbortSignal): Promise<string> {
  const none = once(lines, "close").then(() => "");
  return await orAborted(Promise.race([lines.question(""), none]), signal);
}
