// Makes a repo and a branch, uploads to the branch, and opens a pull request.
import {
  checkRepoAccess,
  createBranch,
  createRepo,
  deleteBranch,
  fileExists,
  listFiles,
  repoExists,
  uploadFile,
  whoAmI,
} from "@huggingface/hub";

/** Gives what each step said. */
export default async function program({ files, ...known }) {
  const before = await repoExists(known);
  const { repoUrl } = await createRepo({ ...known, visibility: "private", license: "mit" });
  await checkRepoAccess(known);
  const after = await repoExists(known);
  const { name, type, auth } = await whoAmI(known);
  await createBranch({ ...known, branch: "dev" });
  await createBranch({ ...known, branch: "gone" });
  await deleteBranch({ ...known, branch: "gone" });
  const file = { path: "weights/model.bin", content: new Blob([files.get("weights/model.bin")]) };
  const onBranch = await uploadFile({ ...known, file, branch: "dev", commitTitle: "On a branch" });
  const pulled = await uploadFile({ ...known, file, isPullRequest: true, commitTitle: "Please take it" });
  const there = {};
  for (const revision of ["main", "dev"]) there[revision] = await fileExists({ ...known, path: file.path, revision });
  const paths = [];
  for await (const { path, size } of listFiles({ ...known, revision: "dev", recursive: true }))
    paths.push({ path, size });
  return {
    before,
    repoUrl,
    after,
    me: { name, type, role: auth.accessToken?.role },
    onBranch: onBranch.commit,
    pulled: { commit: pulled.commit, pullRequestUrl: pulled.pullRequestUrl },
    there,
    paths,
  };
}
