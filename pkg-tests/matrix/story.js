// What is done in every runtime, bundler and browser, by the same import: a repo is made, a folder is pushed, and read back.
import { createRepo, downloadFile, listFiles, uploadFolder } from "hubferry";

/**
 * Resolves with the commit, how much of the work the events told, and path → "size digest" of everything that came back; `isReadOpenly`
 * reads without the token.
 */
export async function story({ hubUrl, accessToken, repo, folder, useXet, isReadOpenly = false }) {
  const known = { hubUrl, accessToken, repo };
  await createRepo(known);
  const job = uploadFolder({ ...known, folder, useXet, commitTitle: "The matrix" });
  const phases = new Set();
  for await (const event of job) if (event.event === "phase") phases.add(event.phase);
  const { commit, verified } = await job;

  const reader = isReadOpenly ? { hubUrl, repo } : known;
  const back = {};
  for await (const { type, path } of listFiles({ ...reader, recursive: true })) {
    if (type !== "file" || path === ".gitattributes") continue;
    const blob = await downloadFile({ ...reader, path });
    const bytes = await blob.arrayBuffer();
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
    back[path] = `${bytes.byteLength} ${hex}`;
  }
  return { oid: commit.oid, verified, phases: [...phases], back };
}
