/**
 * The token on this device, where the Hub's own command line keeps it: a file that only this user may read.
 *
 * Invariant: no token is printed. Called by the commands.
 */
import { mkdir, readFile, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { HubferryError } from "../errors.js";
import { replaceFile } from "./replace-file.js";
import { cleanToken, type Settings } from "./settings.js";

/** A token, and where it comes from. */
export interface FoundToken {
  readonly token: string;
  readonly from: "--token" | "HF_TOKEN" | "file";
}

/** The token that counts: the option, then the variable, then the file. */
export async function findToken(settings: Settings, given?: string): Promise<FoundToken | undefined> {
  const option = cleanToken(given);
  if (option !== undefined) return { token: option, from: "--token" };
  if (settings.token !== undefined) return { token: settings.token, from: "HF_TOKEN" };
  const kept = cleanToken(await readFile(settings.tokenPath, "utf8").catch(() => undefined));
  return kept === undefined ? undefined : { token: kept, from: "file" };
}

/** Keeps a token for later commands, of this and of the Hub's own command line. */
export async function keepToken(settings: Settings, token: string): Promise<void> {
  try {
    await mkdir(dirname(settings.tokenPath), { recursive: true, mode: 0o700 });
    await replaceFile(settings.tokenPath, token, 0o600);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : "no reason was given";
    throw new HubferryError("file_unreadable", `The token cannot be kept in ${settings.tokenPath} (${why})`, { cause });
  }
}

/** Forgets all tokens on this device; says whether there was one. */
export async function forgetTokens(settings: Settings): Promise<boolean> {
  const kept = await readFile(settings.tokenPath).catch(() => undefined);
  const named = await readFile(settings.storedTokensPath).catch(() => undefined);
  for (const path of [settings.tokenPath, settings.storedTokensPath]) await rm(path, { force: true });
  return kept !== undefined || named !== undefined;
}
