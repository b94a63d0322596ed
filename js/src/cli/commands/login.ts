/** `hubferry login`: keeps a token on this device, for this and the Hub's own command line. */
import { whoAmI } from "../../entry/node.js";
import { InvalidInputError } from "../../errors.js";
import type { CommonOptions, Context } from "../context.js";
import { approveCredential } from "../git-credential.js";
import { askSecret } from "../prompt.js";
import { cleanToken } from "../settings.js";
import { keepToken } from "../token.js";

/** The options of the command. */
export interface LoginOptions extends CommonOptions {
  readonly addToGitCredential?: boolean;
}

/** Runs it. */
export async function login(options: LoginOptions, context: Context): Promise<void> {
  const { out, settings, signal } = context;
  const asked = options.token ?? (await askSecret("Token: ", context));
  const token = cleanToken(asked);
  if (token === undefined)
    throw new InvalidInputError(
      `There is no token; make one at ${settings.hubUrl}/settings/tokens, and give it by --token`,
    );
  out.hide(token);
  if (token.startsWith("api_org_"))
    throw new InvalidInputError("Tokens of organisations are not for people; use a token of your own account");
  const { name, auth } = await whoAmI({ hubUrl: settings.hubUrl, accessToken: token, abortSignal: signal });
  await keepToken(settings, token);
  if (options.addToGitCredential === true) await approveCredential(settings.hubUrl, token, context);
  if (settings.token !== undefined && settings.token !== token)
    out.warn("The variable HF_TOKEN is set, and counts for as long as it is");
  out.line(`The token is kept in ${settings.tokenPath}`);
  out.result(name, { name, role: auth.accessToken?.role, tokenPath: settings.tokenPath });
}
