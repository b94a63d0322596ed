/** Whose token it is: the journals of two people on one device are not each other's. The Hub is asked once for each token. */
import { whoAmI } from "../hub/who-am-i.js";
import { hubSpec, type HubParams } from "../hub/params.js";

const known = new Map<string, Promise<string>>();

/** The name of the account; empty without a token. */
export async function userOf(params: HubParams): Promise<string> {
  const { hubUrl = "", accessToken } = hubSpec(params);
  if (accessToken === undefined) return "";
  const asked = `${hubUrl} ${accessToken}`;
  let user = known.get(asked);
  if (user === undefined) {
    user = whoAmI(params).then(({ name }) => name);
    known.set(asked, user);
    // What failed is asked again the next time.
    user.catch(() => known.delete(asked));
  }
  return await user;
}
