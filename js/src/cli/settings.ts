/**
 * What the environment says: the variables that the Hub's own command line honours, with the same meaning.
 */
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { HUB_URL } from "../hub/params.js";

/** Variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Everything that the environment decides. */
export interface Settings {
  /** The Hub that is talked to: `HF_ENDPOINT`. */
  readonly hubUrl: string;
  /** Where the Hub's clients keep things: `HF_HOME`. */
  readonly home: string;
  /** The file that holds the token: `HF_TOKEN_PATH`. */
  readonly tokenPath: string;
  /** The file in which the Hub's own command line holds all tokens by name. */
  readonly storedTokensPath: string;
  /** Where downloads go: `HF_HUB_CACHE`. */
  readonly cache: string;
  /** A token: `HF_TOKEN`. */
  readonly token: string | undefined;
  /** Whether progress may be shown: not `HF_HUB_DISABLE_PROGRESS_BARS`. */
  readonly showsProgress: boolean;
  /** Whether colours may be used: not `NO_COLOR`. */
  readonly hasColor: boolean;
  /** Whether a terminal can move its cursor. */
  readonly isDumb: boolean;
  /** Whether failures tell where they come from: `HUBFERRY_DEBUG`. */
  readonly debug: boolean;
}

/** Reads the environment. */
export function readSettings(environment: Environment): Settings {
  const said = (name: string): string | undefined => unlessEmpty(environment[name]);
  const isOn = (name: string): boolean => /^(?:1|on|yes|true)$/i.test(environment[name] ?? "");
  const home = expand(said("HF_HOME") ?? join(said("XDG_CACHE_HOME") ?? join(homedir(), ".cache"), "huggingface"));
  const tokenPath = expand(said("HF_TOKEN_PATH") ?? join(home, "token"));
  return {
    hubUrl: (said("HF_ENDPOINT") ?? HUB_URL).replace(/\/+$/, ""),
    home,
    tokenPath,
    storedTokensPath: join(dirname(tokenPath), "stored_tokens"),
    cache: expand(said("HF_HUB_CACHE") ?? join(home, "hub")),
    token: cleanToken(said("HF_TOKEN") ?? said("HUGGING_FACE_HUB_TOKEN")),
    showsProgress: !isOn("HF_HUB_DISABLE_PROGRESS_BARS"),
    hasColor: said("NO_COLOR") === undefined,
    isDumb: environment["TERM"] === "dumb",
    debug: isOn("HUBFERRY_DEBUG"),
  };
}

/** A token without what surrounds it in files and variables; nothing when nothing is left. */
export function cleanToken(text: string | undefined): string | undefined {
  return unlessEmpty(text?.trim());
}

function unlessEmpty(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}

/** `~` stands for the home of the user, as shells have it. */
function expand(path: string): string {
  return path === "~" || path.startsWith("~/") ? join(homedir(), path.slice(1)) : path;
}
