/** `hubferry upload --every`: pushes what is new every few minutes, until it is interrupted. */
import { once } from "node:events";
import { basename, dirname, posix, resolve } from "node:path";
import { CommitScheduler } from "../../entry/node.js";
import { InvalidInputError } from "../../errors.js";
import { ensureRepo } from "../../hub/ensure-repo.js";
import type { Context } from "../context.js";
import { failureOf } from "../failure.js";
import { literally } from "../literally.js";
import type { UploadTask } from "./upload.js";

/**
 * Runs it. The first Ctrl-C is how it is meant to end: what is new is pushed once more.
 *
 * A file is watched through its folder, so only the folder part of its path in the repo counts.
 */
export async function keepUploading(task: UploadTask, every: number, context: Context): Promise<void> {
  const { out, signal } = context;
  const { options, hub } = task;
  if (options.dryRun === true)
    throw new InvalidInputError("--dry-run cannot be used with --every; leave one of them out");
  const { createPr, commitMessage, commitDescription } = options;
  const unused = { "create-pr": createPr, "commit-message": commitMessage, "commit-description": commitDescription };
  for (const [name, value] of Object.entries(unused))
    if (value !== undefined) out.warn(`--${name} is ignored when the upload is scheduled`);
  if (task.paths.kind !== "file" && (options.delete?.length ?? 0) > 0)
    out.warn("--delete is ignored when the upload is scheduled");
  const watched = watchedBy(task, context);
  const repo = await ensureRepo({
    ...hub,
    repo: task.repo,
    visibility: options.private === true ? "private" : undefined,
  });
  // The signal says that it is time to end, not that what is under way must stop.
  const { abortSignal: _, ...calls } = hub;
  const scheduler = new CommitScheduler({
    ...calls,
    ...watched,
    repo,
    every,
    branch: options.revision,
    createBranch: options.revision !== undefined,
    onCommit: ({ commit }) => {
      out.line(commit.url);
    },
    onError: (error) => {
      out.warn(`This push has failed, the next one tries again: ${failureOf(error).message}`);
    },
  });
  out.line(`Scheduling commits every ${every} minutes to ${repo.name}.`);
  if (!signal.aborted) await once(signal, "abort");
  const output = await scheduler.trigger().finally(() => scheduler.stop());
  const last = "Stopped scheduled commits.";
  out.result(last, { message: last, ...(output && { url: output.commit.url }) });
}

type Watched = Pick<
  ConstructorParameters<typeof CommitScheduler>[0],
  "folder" | "pathInRepo" | "allowPatterns" | "ignorePatterns"
>;

function watchedBy({ paths, options }: UploadTask, { out }: Context): Watched {
  const local = resolve(paths.local);
  if (paths.kind !== "file")
    return {
      folder: local,
      pathInRepo: paths.inRepo,
      allowPatterns: paths.include,
      ignorePatterns: options.exclude,
    };
  const name = basename(local);
  const cut = paths.inRepo.lastIndexOf("/");
  const [folder, wanted] = [paths.inRepo.slice(0, Math.max(cut, 0)), paths.inRepo.slice(cut + 1)];
  if (!["", ".", name].includes(wanted))
    out.warn(`A scheduled file keeps its name: it goes to ${posix.join(folder, name)}, not to ${paths.inRepo}`);
  return { folder: dirname(local), pathInRepo: folder, allowPatterns: [literally(name)] };
}
