/**
 * What is uploaded, and where in the repo it goes, when not all of it is said: the rules of `hf upload`.
 */
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { InvalidInputError } from "../errors.js";

/** What an upload is about. */
export interface UploadPaths {
  /** A file or a folder. */
  readonly local: string;
  /** "file", "folder", or nothing when there is neither. */
  readonly kind: "file" | "folder" | undefined;
  /** Path of the file, or of the folder that gets the files. */
  readonly inRepo: string;
  /** Only files that match one of these. */
  readonly include: readonly string[] | undefined;
}

/**
 * Fills in what was left out.
 *
 * Errors: `invalid_input` when there is nothing of the repo's name, and for what does not go with a pattern.
 */
export async function findUploadPaths(
  repoName: string,
  localPath: string | undefined,
  pathInRepo: string | undefined,
  include: readonly string[] | undefined,
): Promise<UploadPaths> {
  const local = localPath ?? repoName.split("/").at(-1) ?? "";
  const kind = await kindOf(local);
  if (localPath === undefined) {
    if (kind === undefined)
      throw new InvalidInputError(`There is no file or folder ${JSON.stringify(local)} here: say what to upload`);
    return { local, kind, inRepo: pathInRepo ?? (kind === "file" ? local : "."), include };
  }
  // What is there is meant as it is, even if there are such characters in its name.
  if (kind === undefined && /[*?[]/.test(localPath)) {
    if (include !== undefined)
      throw new InvalidInputError("--include cannot be used when the local path is a pattern itself");
    if (pathInRepo !== undefined && pathInRepo !== ".")
      throw new InvalidInputError("A path in the repo cannot be given when the local path is a pattern");
    return { local: ".", kind: "folder", inRepo: ".", include: [localPath] };
  }
  return { local, kind, inRepo: pathInRepo ?? (kind === "file" ? basename(local) : "."), include };
}

async function kindOf(path: string): Promise<UploadPaths["kind"]> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() === true ? "file" : found?.isDirectory() === true ? "folder" : undefined;
}
