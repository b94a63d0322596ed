/** `hubferry env`: what to tell when something does not work. Says whether there is a token, never which. */
import { arch, platform, release } from "node:os";
import { journalsFolder } from "../../node/journals.js";
import type { Context } from "../context.js";
import { table } from "../table.js";
import { findToken } from "../token.js";

/** Runs it. */
export async function tellEnvironment(version: string, { out, settings, streams }: Context): Promise<void> {
  const found = await findToken(settings);
  const data = {
    hubferry: version,
    node: process.version,
    system: `${platform()} ${release()} ${arch()}`,
    endpoint: settings.hubUrl,
    home: settings.home,
    cache: settings.cache,
    journals: journalsFolder(),
    tokenPath: settings.tokenPath,
    token: found === undefined ? "none" : `from ${found.from === "file" ? "the file" : found.from}`,
    terminal: streams.stderr.isTTY === true ? "yes" : "no",
  };
  const lines = table(Object.entries(data).map(([name, value]) => [`${name}:`, value]));
  for (const line of lines.slice(0, -1)) out.line(line);
  out.result(lines.at(-1) ?? "", data);
}
