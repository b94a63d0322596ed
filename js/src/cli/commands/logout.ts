/** `hubferry logout`: forgets all tokens on this device. */
import { HubferryError } from "../../errors.js";
import type { Context } from "../context.js";
import { rejectCredential } from "../git-credential.js";
import { forgetTokens } from "../token.js";

/** Runs it. */
export async function logout(context: Context): Promise<void> {
  const { out, settings } = context;
  const wasThere = await forgetTokens(settings);
  await rejectCredential(settings.hubUrl);
  if (settings.token !== undefined)
    throw new HubferryError(
      "invalid_input",
      "The tokens on this device are forgotten, but the variable HF_TOKEN is still set: unset it to log out",
    );
  out.result(wasThere ? "Logged out" : "Nobody was logged in", { wasLoggedIn: wasThere });
}
