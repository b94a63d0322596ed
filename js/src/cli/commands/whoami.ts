/** `hubferry whoami`: whose token it is. */
import { whoAmI } from "../../entry/node.js";
import { HubferryError } from "../../errors.js";
import { hubParams, type CommonOptions, type Context } from "../context.js";

/** Runs it. */
export async function tellWho(options: CommonOptions, context: Context): Promise<void> {
  const { out, settings } = context;
  const hub = await hubParams(context, options.token);
  if (hub.accessToken === undefined) throw new HubferryError("unauthorized", "Nobody is logged in on this device");
  const { name, type, auth, ...rest } = await whoAmI(hub);
  const orgs = "orgs" in rest ? rest.orgs.map((org) => org.name) : [];
  const role = auth.accessToken?.role;
  out.line(`Logged in at ${settings.hubUrl}${role === undefined ? "" : `, token: ${role}`}`);
  if (orgs.length > 0) out.line(`orgs: ${orgs.join(", ")}`);
  out.result(name, { name, type, orgs, role, hubUrl: settings.hubUrl });
}
