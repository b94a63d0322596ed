/** What every command is given. */
import type { HubParams } from "../hub/params.js";
import type { Output, Streams } from "./output.js";
import type { Settings } from "./settings.js";
import { findToken } from "./token.js";

/** Options that all commands have. */
export interface CommonOptions {
  readonly token?: string;
  readonly quiet?: boolean;
  readonly json?: boolean;
  readonly debug?: boolean;
}

/** One run of the command line. */
export interface Context {
  readonly settings: Settings;
  readonly out: Output;
  readonly streams: Streams;
  /** Aborted when somebody wants the command to stop. */
  readonly signal: AbortSignal;
}

/** What calls of the Hub need: its address, the token if there is one, and the signal. */
export async function hubParams({ settings, out, signal }: Context, given?: string): Promise<HubParams> {
  const found = await findToken(settings, given);
  out.hide(found?.token);
  return { hubUrl: settings.hubUrl, abortSignal: signal, ...(found && { accessToken: found.token }) };
}
