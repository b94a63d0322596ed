// Pushes a folder with the installed package and shows how it goes. Usage: node push.mjs REPO FOLDER, with HF_ENDPOINT and HF_TOKEN set.
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { createRepo, uploadFolder } from "hubferry";

const [repo, folder] = process.argv.slice(2);
const { HF_ENDPOINT: hubUrl, HF_TOKEN: accessToken } = process.env;

const megabytes = (bytes) => (bytes / 1e6).toFixed(1);

/** One line for people: a bar over what was read and sent, and the counts. */
function line({ phase, files, bytes }) {
  const share = bytes.total > 0 ? Math.min(1, (bytes.read + bytes.sent) / (2 * bytes.total)) : 0;
  const bar = "#".repeat(Math.round(share * 24)).padEnd(24, ".");
  const count = `${files.committed + files.skipped} of ${files.total} files`;
  return `[${bar}] ${phase}: ${count}, ${megabytes(bytes.read)} MB read, ${megabytes(bytes.sent)} of ${megabytes(bytes.total)} MB sent`;
}

const live = process.stdout.isTTY;
let shown = "";
function show(progress) {
  const text = line(progress);
  if (text === shown) return;
  shown = text;
  process.stdout.write(live ? `\r\x1b[2K${text}` : `${text}\n`);
}

await createRepo({ repo, accessToken, hubUrl });
const job = uploadFolder({
  repo,
  accessToken,
  hubUrl,
  folder: pathToFileURL(`${resolve(folder)}/`),
  commitTitle: "Add the first readings",
});
for await (const event of job) {
  if (event.event === "report") show(event.progress);
  if (event.event === "warning") console.error(`${event.message}: ${event.paths.join(", ")}`);
}
const { commit, files, bytes } = await job;
show(job.progress);
if (live) process.stdout.write("\n");
console.log(`${files.length} files, ${megabytes(bytes.total)} MB, ${megabytes(bytes.sent)} MB sent`);
console.log(`commit  ${commit.url}`);
