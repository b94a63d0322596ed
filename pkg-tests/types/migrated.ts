// A program for @huggingface/hub of which only the import line was changed. It is compiled with both packages, not run.
import {
  checkRepoAccess,
  commit,
  commitIter,
  createRepo,
  deleteBranch,
  deleteFile,
  deleteFiles,
  deleteRepo,
  downloadFile,
  fileDownloadInfo,
  fileExists,
  HubApiError,
  listCommits,
  listFiles,
  pathsInfo,
  repoExists,
  uploadFile,
  uploadFiles,
  uploadFilesWithProgress,
  whoAmI,
  type CommitOperation,
  type CommitOutput,
  type CommitProgressEvent,
  type ListFileEntry,
  type RepoDesignation,
} from "hubferry";

const repo: RepoDesignation = { type: "model", name: "me/model" };
const known = { repo, accessToken: "hf_x", hubUrl: "https://hub.example", fetch: globalThis.fetch };

export async function push(file: File, signal: AbortSignal): Promise<string> {
  if (!(await repoExists(known))) {
    const { repoUrl }: { repoUrl: string } = await createRepo({ ...known, visibility: "private", license: "mit" });
    console.log(repoUrl);
  }
  await uploadFile({ ...known, file, commitTitle: "One", branch: "main", parentCommit: "abcdef", abortSignal: signal });
  const output = await uploadFiles({
    ...known,
    files: [file, new URL("https://example.com/a.bin"), { path: "b.txt", content: new Blob(["b"]) }],
    useWebWorkers: { minSize: 1_000_000, poolSize: 2 },
    useXet: false,
  });
  return output?.commit.oid ?? "";
}

export async function watch(
  files: File[],
  onEvent: (event: CommitProgressEvent) => void,
): Promise<CommitOutput | undefined> {
  const progress = uploadFilesWithProgress({ repo: "datasets/me/data", accessToken: "hf_x", files });
  for (;;) {
    const { done, value } = await progress.next();
    if (done) return value;
    onEvent(value);
    if (value.event === "fileProgress") console.log(value.path, value.progress, value.state);
    else console.log(value.phase);
  }
}

export async function change(): Promise<void> {
  const operations: CommitOperation[] = [
    { operation: "addOrUpdate", path: "a.txt", content: new Blob(["a"]) },
    { operation: "delete", path: "b.txt" },
  ];
  await commit({ ...known, title: "Change", description: "More", operations });
  for await (const event of commitIter({ ...known, title: "Change", operations })) console.log(event.event);
}

export async function look(): Promise<number> {
  const entries: ListFileEntry[] = [];
  for await (const entry of listFiles({ ...known, path: "data", recursive: true, expand: true, revision: "main" })) {
    entries.push(entry);
    console.log(entry.type, entry.size, entry.lfs?.oid, entry.lastCommit?.date);
  }
  const [info] = await pathsInfo({ ...known, paths: ["a.txt"], expand: true });
  const blob: Blob | null = await downloadFile({ ...known, path: "a.txt", revision: info?.lastCommit.id ?? "main" });
  const { name, auth } = await whoAmI({ accessToken: "hf_x" });
  console.log(name, auth.accessToken?.role);
  return blob?.size ?? 0;
}

export async function remove(): Promise<string> {
  try {
    await deleteRepo(known);
    return "";
  } catch (error) {
    return error instanceof HubApiError ? `${error.statusCode} ${error.url} ${error.requestId ?? ""}` : "";
  }
}

export async function tidy(): Promise<string[]> {
  await checkRepoAccess(known);
  if (await fileExists({ ...known, path: "old.bin" }))
    await deleteFile({ ...known, path: "old.bin", commitTitle: "Away" });
  const deleted: CommitOutput | undefined = await deleteFiles({ ...known, paths: ["a.txt", "b.txt"], branch: "dev" });
  await deleteBranch({ ...known, branch: "dev" });
  const info = await fileDownloadInfo({ ...known, path: "a.bin", raw: false, noContentDisposition: true });
  const oids = [deleted?.commit.oid ?? "", info?.xet?.hash ?? info?.etag ?? ""];
  for await (const { oid, authors, date } of listCommits({ ...known, revision: "main", batchSize: 10 }))
    oids.push(`${oid} ${authors[0]?.username ?? ""} ${date.toISOString()}`);
  return oids;
}
