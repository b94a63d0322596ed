/** Files that others may read or write at the same time: there is the old text or the new one, whole. */
import { randomUUID } from "node:crypto";
import { rename, rm, writeFile } from "node:fs/promises";

/** Writes a text into a new file with this mode, and puts that in the place of whatever is there. */
export async function replaceFile(place: string, text: string, mode = 0o666): Promise<void> {
  const draft = `${place}.${randomUUID()}`;
  try {
    await writeFile(draft, text, { flag: "wx", mode });
    await rename(draft, place);
  } finally {
    await rm(draft, { force: true });
  }
}
