// Lists what a repo holds, looks files up, and downloads them, whole and in part.
import {
  createRepo,
  downloadFile,
  fileDownloadInfo,
  fileExists,
  HubApiError,
  listFiles,
  pathsInfo,
  uploadFiles,
} from "@huggingface/hub";

const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
const digest = async (blob) => hex(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer()));

/** Gives what was found. */
export default async function program({ files, ...known }) {
  await createRepo(known);
  const given = [...files].map(([path, bytes]) => ({ path, content: new Blob([bytes]) }));
  await uploadFiles({ ...known, files: given, commitTitle: "All" });
  const top = [];
  for await (const entry of listFiles(known)) top.push(entry);
  const below = [];
  for await (const entry of listFiles({ ...known, path: "weights", expand: true })) below.push(entry);
  const infos = await pathsInfo({ ...known, paths: ["README.md", "weights", "not/there"], expand: true });
  const downloaded = {};
  for (const path of ["README.md", "weights/model.bin", "many/3/note.txt"]) {
    const info = await fileDownloadInfo({ ...known, path });
    const blob = await downloadFile({ ...known, path });
    const part = await downloadFile({ ...known, path }).then((blob) => blob.slice(3, 11).arrayBuffer());
    downloaded[path] = {
      size: info.size,
      etag: info.etag,
      bytes: blob.size,
      digest: await digest(blob),
      part: hex(part),
    };
  }
  const pointer = await downloadFile({ ...known, path: "weights/model.bin", raw: true });
  const none = await downloadFile({ ...known, path: "not/there" });
  const exists = await fileExists({ ...known, path: "not/there" });
  let refused;
  try {
    for await (const entry of listFiles({ ...known, revision: "nowhere" })) top.push(entry);
  } catch (error) {
    refused = { isKnown: error instanceof HubApiError, status: error.statusCode };
  }
  return { top, below, infos, downloaded, pointer: await pointer.text(), none, exists, refused };
}
