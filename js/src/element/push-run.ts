/**
 * One push of the chosen files, from the first question to the commit: whose token it is, whether the repo is there, making it
 * when it is not, and the upload itself.
 *
 * Invariants: nothing is made for a token that the Hub does not know; the token goes to the package's functions only.
 *
 * It keeps no state and announces nothing: the model does.
 */
import type { Account } from "./account.js";
import type { Form } from "./destination.js";
import { codeOf } from "./failure.js";
import type { CommitOutput, Package, UploadJob } from "./package.js";
import type { PushNote } from "./push-note.js";
import type { Transfer } from "./transfer.js";

/** What is pushed, and where to. */
export interface PushPlan {
  readonly hubUrl: string;
  readonly form: Readonly<Form>;
  /** Path below the folder → content. */
  readonly folder: ReadonlyMap<string, Blob>;
  /** Folder in the repo, clean. */
  readonly pathInRepo: string;
  /** The repo's id, once it is known whose token it is. */
  readonly repo: () => string;
  /** The first line of the commit's message. */
  readonly title: string;
  /** What is kept on this device beside the package's record, so that the push can be continued. */
  readonly keep: (repo: string) => Kept;
}

/** See {@link PushPlan.keep}. */
export interface Kept {
  readonly folderName: string | undefined;
  readonly handle: FileSystemDirectoryHandle | undefined;
  readonly note: PushNote;
}

/** What came of it. */
export interface Pushed {
  readonly output: CommitOutput;
  /** Whether the repo was made on the way. */
  readonly created: boolean;
}

/**
 * The largest push that is made in one commit: more files take the Hub longer than a request may, and of more bytes it is worth to have
 * some before all are there.
 */
const ONE_COMMIT = { files: 5_000, bytes: 5e9 } as const;

/** Whether so much is pushed in several commits. */
export function isLarge(files: number, bytes: number): boolean {
  return files > ONE_COMMIT.files || bytes > ONE_COMMIT.bytes;
}

/** Pushes. `began` gets the job at once. Rejects with what the package throws. */
export async function runPush(
  hub: Package,
  account: Account,
  plan: PushPlan,
  transfer: Transfer,
  signal: AbortSignal,
  began: (job: UploadJob | undefined) => void,
): Promise<Pushed> {
  const { form, hubUrl } = plan;
  const accessToken = form.token.trim();
  await account.ask(accessToken, hubUrl);
  signal.throwIfAborted();
  // Other failures of that question may be its own: the push will see.
  if (account.state.is === "refused" && codeOf(account.state.error) === "unauthorized") throw account.state.error;
  const name = plan.repo();
  const known = { repo: { type: form.type, name }, hubUrl, accessToken, abortSignal: signal };
  let created = false;
  if (!(await hub.repoExists(known))) {
    transfer.creating = true;
    began(undefined);
    created = await create(hub, form, known);
  }
  const job = hub.uploadFolder({
    ...known,
    folder: plan.folder,
    pathInRepo: plan.pathInRepo,
    branch: form.branch.trim(),
    createBranch: true,
    commitTitle: plan.title,
    commits: isLarge(transfer.total, transfer.totalBytes) ? "auto" : "one",
    // What cannot be read any more is named in the end, and can be pushed by itself.
    onFileError: "skip",
    resume: plan.keep(name),
    // The folder's own ignore files were heard when it was listed; what remains is what those of the repo say.
    gitignore: form.gitignore ? "hub" : false,
    ...(form.mirror ? { deletePatterns: "*" } : {}),
    ...(form.pullRequest ? { isPullRequest: true } : {}),
  });
  transfer.follow(job);
  began(job);
  return { output: await job, created };
}

async function create(
  hub: Package,
  form: Readonly<Form>,
  known: Parameters<Package["repoExists"]>[0] & { accessToken: string },
): Promise<boolean> {
  try {
    await hub.createRepo({
      ...known,
      ...(form.private ? { visibility: "private" } : {}),
      ...(form.type === "space" ? { sdk: form.sdk } : {}),
    });
    return true;
  } catch (error) {
    // Somebody was faster, or the repo is hidden from this token: the push itself will tell.
    if (codeOf(error) === "conflict") return false;
    throw error;
  }
}
