// `npm run dev -w worker`: the Worker on this machine, against the embedded Hub. Needs no account and no network. Build first: `make build`.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createRequire } from "node:module";
import { startHub } from "../pkg-tests/harness/hub.mjs";

const hub = await startHub();
for (const name of ["uploads", "feedback"]) await hub.create(name);
const token = randomBytes(12).toString("hex");
const vars = {
  HUB_URL: hub.url,
  HF_TOKEN: hub.token,
  REPO: `datasets/${hub.user}/uploads`,
  FEEDBACK_REPO: `datasets/${hub.user}/feedback`,
  UPLOAD_TOKENS: token,
  UPLOAD_SECRET: randomBytes(24).toString("hex"),
};
const wrangler = createRequire(import.meta.url)
  .resolve("wrangler/package.json")
  .replace("package.json", "bin/wrangler.js");
const port = process.env.PORT ?? "8787";
const address = `http://127.0.0.1:${port}`;
console.log(`The Hub: ${hub.url}. Try it:

  curl -T FILE -H "authorization: Bearer ${token}" ${address}/files/FILE
  curl -d '{"path":"photo.png"}' -H "authorization: Bearer ${token}" ${address}/sign
  curl -d '{"text":"good"}' -H "authorization: Bearer ${token}" ${address}/feedback
  curl ${address}/cdn-cgi/handler/scheduled     (the clock)
`);
const args = ["dev", "--ip", "127.0.0.1", "--port", port, "--test-scheduled"];
for (const [name, value] of Object.entries(vars)) args.push("--var", `${name}:${value}`);
const child = spawn(process.execPath, [wrangler, ...args], {
  cwd: import.meta.dirname,
  stdio: "inherit",
  env: { ...process.env, WRANGLER_SEND_METRICS: "false" },
});
child.once("exit", (code) => process.exit(code ?? 0));
