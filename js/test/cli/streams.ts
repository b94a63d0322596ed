// Standard output and standard error that can be read.
import type { Streams } from "../../src/cli/output.js";

export interface HeardStreams extends Streams {
  readonly said: { stdout: string; stderr: string };
}

/** Two streams; `isTTY` is what standard error says of itself. */
export function heard(isTTY = false): HeardStreams {
  const said = { stdout: "", stderr: "" };
  return {
    said,
    stdout: { write: (text) => (said.stdout += text) },
    stderr: { write: (text) => (said.stderr += text), isTTY },
  };
}
