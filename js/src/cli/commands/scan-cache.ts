/** `hubferry scan-cache`: what pushes have left on this device, to go on from. */
import { scanCache } from "../../entry/node.js";
import { bytes, counted, printable, since } from "../../element/format.js";
import type { Context } from "../context.js";
import { table } from "../table.js";

/** Runs it. */
export async function tellCache({ out }: Context): Promise<void> {
  const { journals, size } = await scanCache();
  const rows = journals.map(({ key, repo, branch, doneFiles, files, updatedAt, size: own }) => [
    key.slice(0, 12),
    printable(`${repo.type}s/${repo.name}@${branch}`),
    `${doneFiles} of ${counted(files, "file")}`,
    bytes(own),
    since(Date.now() - updatedAt),
  ]);
  if (rows.length > 0) for (const line of table([["KEY", "REPO", "DONE", "SIZE", "LAST"], ...rows])) out.line(line);
  out.result(`${counted(journals.length, "push", "pushes")} to go on with, ${bytes(size)}`, { journals, size });
}
