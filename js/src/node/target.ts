/** Folders on disk for Node, to be written to. Used only by the entry for Node. */
import { mkdir, open, realpath, rename, rm, stat } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { openFile } from "./disk.js";
import { InvalidInputError } from "../errors.js";
import { draftName, type Draft, type Target } from "../download/target.js";

/** What Windows takes for something else than a name: devices, streams, and names that it shortens. */
const NO_NAME_ON_WINDOWS = /[<>:"|?*\\]|[. ]$|^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/** A folder on disk; made when it is not there. */
export async function diskTarget(path: string | URL): Promise<Target> {
  const folder = resolve(typeof path === "string" ? path : fileURLToPath(path));
  await mkdir(folder, { recursive: true });
  const root = await realpath(folder);
  const placeOf = async (name: string, create: boolean): Promise<string> => {
    if (sep === "\\" && name.split("/").some((part) => NO_NAME_ON_WINDOWS.test(part))) {
      throw new InvalidInputError(`${JSON.stringify(name)} is no name for a file on this system`, { path: name });
    }
    const place = join(root, name);
    if (create) await mkdir(dirname(place), { recursive: true });
    const parent = await realpath(dirname(place)).catch(() => undefined);
    // A link inside the folder may lead out of it.
    if (parent !== undefined && parent !== root && !parent.startsWith(root.endsWith(sep) ? root : root + sep)) {
      const message = `${JSON.stringify(name)} would be written outside the folder, because a link leads there`;
      throw new InvalidInputError(message, { path: name });
    }
    return place;
  };
  return {
    async find(name) {
      const place = await placeOf(name, false);
      const found = await stat(place).catch(() => undefined);
      return found?.isFile() === true ? (await openFile(place)).blob : undefined;
    },
    create: async (name) => draft(await placeOf(name, true)),
  };
}

async function draft(place: string): Promise<Draft> {
  const path = join(dirname(place), draftName());
  const handle = await open(path, "wx");
  let isOpen = true;
  const close = async (): Promise<void> => {
    if (isOpen) await handle.close();
    isOpen = false;
  };
  return {
    write: (bytes) => handle.writeFile(bytes),
    finish: async () => {
      // The name must not be there before the bytes are.
      await handle.sync();
      await close();
      return (await openFile(path)).blob;
    },
    keep: () => rename(path, place),
    discard: async () => {
      await close().catch(() => undefined);
      await rm(path, { force: true }).catch(() => undefined);
    },
  };
}
