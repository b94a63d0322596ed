// webpack, as it comes.
import { cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import webpack from "webpack";

export const name = "webpack";
export const { version } = webpack;

/** Builds the page of a project into a folder. */
export async function bundle(folder) {
  const out = join(folder, "dist");
  mkdirSync(out);
  const compiler = webpack({
    mode: "production",
    context: folder,
    entry: "./page.js",
    output: { path: out, filename: "page.js", publicPath: "auto" },
    performance: { hints: false },
  });
  const stats = await promisify(compiler.run.bind(compiler))();
  await promisify(compiler.close.bind(compiler))();
  const { errors, warnings } = stats.toJson({ all: false, errors: true, warnings: true });
  const said = [...errors, ...warnings].map(({ message }) => message);
  if (said.length > 0) throw new Error(`webpack says:\n${said.join("\n")}`);
  cpSync(join(folder, "index.html"), join(out, "index.html"));
  return out;
}
