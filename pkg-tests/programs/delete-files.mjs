// Deletes one file, several files, and at last the repo.
import { createRepo, deleteFile, deleteFiles, deleteRepo, listFiles, repoExists, uploadFiles } from "@huggingface/hub";

/** Gives what was left after each step. */
export default async function program({ files, ...known }) {
  await createRepo(known);
  const given = [...files].map(([path, bytes]) => ({ path, content: new Blob([bytes]) }));
  await uploadFiles({ ...known, files: given, commitTitle: "All" });
  const left = async () => {
    const paths = [];
    for await (const { type, path } of listFiles({ ...known, recursive: true })) if (type === "file") paths.push(path);
    return paths;
  };
  const steps = [await left()];
  const one = await deleteFile({ ...known, path: "README.md" });
  steps.push(await left());
  const several = await deleteFiles({
    ...known,
    paths: ["weights/model.bin", "samples/0.bin"],
    commitTitle: "Two less",
  });
  steps.push(await left());
  let refused;
  try {
    await deleteFile({ ...known, path: "README.md" });
  } catch (error) {
    refused = error.statusCode;
  }
  await deleteRepo(known);
  return { one: one.commit, several: several.commit, steps, refused, exists: await repoExists(known) };
}
