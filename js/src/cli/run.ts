/**
 * One run of the command line: reads the words, runs a command, and says with which code to end.
 *
 * Never rejects.
 */
import { CommanderError } from "commander";
import { DONE, failureOf, USAGE } from "./failure.js";
import { listen } from "./interrupt.js";
import { Output, type Mode, type Streams } from "./output.js";
import { program } from "./program.js";
import { readSettings, type Environment } from "./settings.js";

/** Runs `words`; resolves with the exit code. */
export async function run(
  words: readonly string[],
  version: string,
  streams: Streams = process,
  environment: Environment = process.env,
): Promise<number> {
  const settings = readSettings(environment);
  const out = new Output(modeOf(words), streams, settings.hasColor);
  const { signal, release } = listen(() => {
    out.note("Stopping; once more ends at once");
  });
  try {
    const usage: string[] = [];
    const parser = program(version, { settings, out, streams, signal }, (text) => usage.push(text));
    try {
      await parser.parseAsync(words, { from: "user" });
      return out.exitCode;
    } catch (error) {
      if (!(error instanceof CommanderError)) throw error;
      if (error.exitCode === DONE) return DONE;
      // Whoever gave no command is shown all of them.
      if (out.mode === "json")
        out.fail({ code: "usage", message: withoutLabel(error.message), hint: undefined, exitCode: USAGE });
      else out.raw(usage.join(""));
      return USAGE;
    }
  } catch (error) {
    const failure = failureOf(error);
    out.fail(failure);
    if ((settings.debug || words.includes("--debug")) && error instanceof Error) out.raw(`${error.stack ?? ""}\n`);
    return failure.exitCode;
  } finally {
    release();
  }
}

/** Known before the words are read, so that a mistake in them is told in the same way. */
function modeOf(words: readonly string[]): Mode {
  const end = words.indexOf("--");
  const options = end === -1 ? words : words.slice(0, end);
  if (options.includes("--json")) return "json";
  return options.includes("--quiet") || options.includes("-q") ? "quiet" : "human";
}

function withoutLabel(message: string): string {
  return message.replace(/^error: /, "");
}
