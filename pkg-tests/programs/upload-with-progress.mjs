// Uploads files and shows how far each is.
import { createRepo, uploadFilesWithProgress } from "@huggingface/hub";

/** Gives what happened and what came of it. */
export default async function program({ files, ...known }) {
  await createRepo(known);
  const events = [];
  const progress = uploadFilesWithProgress({
    ...known,
    files: [...files].map(([path, bytes]) => ({ path, content: new Blob([bytes]) })),
    commitTitle: "Upload with progress",
    commitDescription: "of all files",
  });
  for (;;) {
    const { done, value } = await progress.next();
    if (done) {
      const { commit, pullRequestUrl, hookOutput } = value;
      return { commit, pullRequestUrl, hookOutput, events };
    }
    events.push(value);
  }
}
