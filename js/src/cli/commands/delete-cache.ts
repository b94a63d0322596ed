/** `hubferry delete-cache`: forgets what pushes have left on this device: those that are named, or all. */
import { deleteCache, scanCache } from "../../entry/node.js";
import { counted } from "../../element/format.js";
import { InvalidInputError } from "../../errors.js";
import type { Context } from "../context.js";

/** Runs it. Keys may be given by their beginning, as `scan-cache` shows them. */
export async function clearCache(keys: readonly string[], all: boolean, { out }: Context): Promise<void> {
  if (keys.length === 0 && !all)
    throw new InvalidInputError("Say which by their keys, as `hubferry scan-cache` lists them, or give --all");
  const { journals } = await scanCache();
  const chosen = new Set<string>();
  if (all) for (const { key } of journals) chosen.add(key);
  for (const wanted of keys) {
    const found = journals.filter(({ key }) => key.startsWith(wanted));
    if (wanted === "" || found.length !== 1)
      throw new InvalidInputError(
        `${JSON.stringify(wanted)} stands for ${counted(found.length, "push", "pushes")}, not for one`,
      );
    for (const { key } of found) chosen.add(key);
  }
  for (const key of chosen) await deleteCache({ key });
  out.result(`Forgot ${counted(chosen.size, "push", "pushes")}`, { deleted: [...chosen] });
}
