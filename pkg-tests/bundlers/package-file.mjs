// A file that the package exports for those who serve its files themselves.
import { createRequire } from "node:module";
import { join } from "node:path";

/** Where it is, for a project in this folder. */
export const packageFile = (folder, name) => createRequire(join(folder, "package.json")).resolve(name);
