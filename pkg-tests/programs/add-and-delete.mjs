// Changes, adds and deletes files in one commit on top of the last one, and looks at the history.
import { commit, createRepo, listCommits, listFiles, uploadFiles } from "@huggingface/hub";

/** Gives what is there afterwards. */
export default async function program({ files, ...known }) {
  await createRepo(known);
  const given = [...files].map(([path, bytes]) => ({ path, content: new Blob([bytes]) }));
  const first = await uploadFiles({ ...known, files: given, commitTitle: "All" });
  const second = await commit({
    ...known,
    title: "Change, add and delete",
    parentCommit: first.commit.oid,
    operations: [
      { operation: "addOrUpdate", path: "README.md", content: new Blob(["# Changed\n"]) },
      { operation: "addOrUpdate", path: "added/new.txt", content: new Blob(["new\n"]) },
      { operation: "delete", path: "weights/model.bin" },
    ],
  });
  const entries = [];
  for await (const entry of listFiles({ ...known, recursive: true, expand: true })) entries.push(entry);
  const commits = [];
  for await (const { oid, title, message, authors } of listCommits(known)) {
    commits.push({ oid, title, message, authors: authors.map(({ username }) => username) });
  }
  return { first: first.commit, second: second.commit, entries, commits };
}
