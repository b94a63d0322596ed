/**
 * One push: from what the caller wants to the engine's operations, and from its end to the promised result.
 */
import { orAborted } from "../abort.js";
import { chooseCompute, chooseCrews, type UseWebWorkers } from "../compute/choose.js";
import { Driver } from "../driver.js";
import { engine } from "../engine.js";
import { toError } from "../errors.js";
import { checkTexts, compact, hubSpec, newSeed, repoSpec, type RepoParams } from "../hub/params.js";
import type { PackJournal } from "../compute/pack/records.js";
import { JobIo, type PackMeans, type PlanCommit } from "../io.js";
import { packJournal, type Done, type Keeper } from "../journal/keeper.js";
import { openKeeper, type Wish } from "../journal/open.js";
import { dateOf } from "../source/origin.js";
import { Pace } from "../pace.js";
import { platform } from "../platform.js";
import { passingBytes, type Source } from "../source/source.js";
import { ownTransport } from "../transport/own.js";
import type { Attached, Control } from "./job.js";
import type { CommitOutput, CommittedFile } from "./events.js";
import { PushHandle } from "../wasm/core.js";
import type { OperationSpec, PushOutputView } from "../wire.js";

/** What every upload takes. */
export interface PushParams extends RepoParams {
  /** The branch that gets the commit; a missing one is an error unless `createBranch` is set. @default "main" */
  branch?: string | undefined;
  /** Make the branch, from the head of the default branch, when it is missing. @default false */
  createBranch?: boolean | undefined;
  /** Commit only if this is the head: a commit id of 5 to 40 hex digits. @default the head that is found */
  parentCommit?: string | undefined;
  /** Read the paths back after the commit and compare. @default true */
  verify?: boolean | undefined;
  /**
   * Open a pull request against `main` and commit there; for that nobody needs the right to write to the repo. None is opened
   * when nothing would change. @default false
   */
  isPullRequest?: boolean | undefined;
  /** Merge that pull request after its last commit. @default false */
  merge?: boolean | undefined;
  /** Store large files by Xet, where the Hub offers it; else, and without, by LFS. What a reader gets is the same. @default true */
  useXet?: boolean | undefined;
  /**
   * How long failures that may pass are borne: broken connections, servers that are overrun. "normal": a few attempts each, and so
   * many for the whole push; "endless": for ever, with waits that grow to five minutes. @default "normal"
   */
  patience?: "normal" | "endless" | undefined;
  /** Hash and pack in web workers. @default wherever there are some */
  useWebWorkers?: UseWebWorkers | undefined;
}

/** The message of a commit. */
export interface Message {
  readonly title: string | undefined;
  readonly description: string | undefined;
}

/** What a push of a folder adds to that. */
export interface FolderRules {
  /** How many commits. @default "one" */
  readonly commits?: "one" | "auto" | undefined;
  /** What becomes of files that change, vanish or cannot be read. @default "fail" */
  readonly onFileError?: "fail" | "skip" | undefined;
  /** Find out what would be done. @default false */
  readonly dryRun?: boolean | undefined;
  /** Tell how far the push is so often. @default never */
  readonly reportSeconds?: number | undefined;
  /** Leave out what the repo's ignore rules leave out. @default true */
  readonly ignoreByHub?: boolean | undefined;
  /** Files of the repo that match one of these go, unless they are added. */
  readonly deletePatterns?: string[] | undefined;
  /** The folder of the repo to which those are relative. @default the root */
  readonly deleteUnder?: string | undefined;
}

/** One operation, with its content. */
export type Planned =
  | { readonly operation: "addOrUpdate"; readonly path: string; readonly source: Source }
  | { readonly operation: "delete"; readonly path: string };

/** The engine's part of a push. */
export type PushMachine = PushHandle;

/** Operations handed over in one go, and files of the result taken back: more would hold up a page. */
const AT_ONCE = 250;

/** Makes the result of a push. */
export type Conclude<T> = (output: PushOutputView, machine: PushMachine) => Promise<T>;
/** What is told when what was packed is not known any more. */
const SET_ASIDE = "What was kept on this device of packed content cannot be used, so it is packed anew";

/** Pushes what `plan` yields. */
export function push(
  params: PushParams,
  message: Message,
  plan: AsyncIterable<Planned>,
  control: Control,
  rules: FolderRules = {},
): Promise<CommitOutput> {
  return pushFor(commitOutput, params, message, plan, control, rules);
}

/** The same for another result; `planCommit` is asked which files go with the next commit, `wish` says how the push is kept. */
export async function pushFor<T>(
  conclude: Conclude<T>,
  params: PushParams,
  message: Message,
  plan: AsyncIterable<Planned>,
  control: Control,
  rules: FolderRules,
  planCommit?: PlanCommit,
  wish?: Wish,
): Promise<T> {
  const { signal } = control;
  await orAborted(engine(), signal);
  const compute = await orAborted(chooseCompute(params.useWebWorkers), signal);
  const transport = ownTransport(params.fetch);
  const crews = await orAborted(chooseCrews(params.useWebWorkers, transport), signal);
  const sources: Source[] = [];
  // A caller who brings a `fetch` sees every request in it.
  const packs: PackMeans & { journal?: PackJournal } = { crews, sendsItself: params.fetch !== undefined };
  const io = new JobIo(transport, compute, sources, packs, planCommit);
  const lanes = Math.max(1, ...crews.map(({ lanes }) => lanes));
  const driver = new Driver<PushOutputView, PushMachine>(
    open(params, message, { ...rules, askPlan: planCommit !== undefined }, lanes),
    io,
  );
  control.attach(attached(driver));
  let keeper: Keeper | undefined;
  let isDone = false;
  let lastDone: Done | undefined;
  const lookAt = (): Done | undefined => (lastDone = driver.peek(done) ?? lastDone);
  try {
    const made = await driver.run({
      signal,
      onEvent: control.emit,
      waitsForConnection: true,
      prepare: async (machine) => {
        await supply(machine, plan, sources, signal, wish);
        // What comes once can only be sent in one order.
        if (sources.some(({ blob }) => passingBytes(blob))) machine.gentle(true);
        if (wish === undefined || wish.resume === false || !machine.isWorthAJournal()) return;
        const { files, bytes } = machine.progress(io.now());
        const totals = { files: files.total, bytes: bytes.total };
        const opened = await openKeeper(params, wish, totals, lookAt, control);
        if (opened === undefined) return;
        if (signal.aborted) {
          await opened.end(false);
          return;
        }
        keeper = opened;
        await restore(machine, opened, io, signal);
        packs.journal = packJournal(opened, () => {
          control.emit({ event: "warning", code: "journal_set_aside", message: SET_ASIDE, paths: [] });
        });
      },
      conclude,
      onEnd: () => {
        lookAt();
        control.takeStock();
      },
    });
    isDone = true;
    return made;
  } finally {
    await keeper?.end(isDone);
    await Promise.all(sources.flatMap(({ release }) => release?.() ?? []));
  }
}

/** Goes on where an earlier run has ended, and writes down what this one does. */
async function restore(machine: PushMachine, keeper: Keeper, io: JobIo, signal: AbortSignal): Promise<void> {
  const control = await keeper.read("control");
  // The machine is gone once the job was stopped.
  signal.throwIfAborted();
  const whole = machine.restore(io.now(), control);
  if (whole < control.length) {
    if (whole === 0) keeper.clear();
    else keeper.replace("control", control.slice(0, whole));
  }
  io.keep(keeper);
}

/** How far a push is, for whoever looks at its journal. */
function done(machine: PushMachine, nowMs: number): Done {
  const { files, bytes } = machine.progress(nowMs);
  return {
    doneFiles: Math.min(files.total, Math.max(files.uploaded, files.committed) + files.skipped),
    doneBytes: Math.max(bytes.registered, bytes.committed, bytes.deduplicated),
  };
}

/** The promised result of a push. */
export async function commitOutput(output: PushOutputView, machine: PushMachine): Promise<CommitOutput> {
  return {
    commit: { oid: output.head.oid, url: output.head.url },
    commits: output.commits,
    verified: output.verified,
    ...compact({ pullRequestUrl: output.pullRequestUrl }),
    hookOutput: output.hookOutput,
    files: await outcomes(machine),
    bytes: output.bytes,
  };
}

function open(
  params: PushParams,
  { title, description }: Message,
  rules: FolderRules & { askPlan: boolean },
  lanes: number,
): PushMachine {
  const { branch, createBranch, parentCommit, verify, isPullRequest, merge, patience, useXet = true } = params;
  try {
    return new PushHandle({
      repo: repoSpec(params.repo),
      ...hubSpec(params),
      ...compact(checkTexts({ branch, parentCommit, title, description, patience })),
      ...compact({ createBranch, verify, isPullRequest, merge, ...rules }),
      ...platform().spec,
      useXet,
      lanes,
      epochAtZeroMs: Date.now() - performance.now(),
      seed: newSeed(),
    });
  } catch (error) {
    throw toError(error);
  }
}

function attached(driver: Driver<PushOutputView, PushMachine>): Attached {
  return {
    limitSpeed: (bytesPerSecond) => {
      driver.change((machine) => {
        machine.limitSpeed(bytesPerSecond);
      });
    },
    gentle: (on) => {
      driver.change((machine) => {
        machine.gentle(on);
      });
    },
    progress: () => driver.peek((machine, nowMs) => machine.progress(nowMs)),
    pause: () => {
      driver.change((machine) => {
        machine.pause();
      });
    },
    resume: () => {
      driver.change((machine) => {
        machine.resume();
      });
      driver.tryConnection();
    },
  };
}

async function supply(
  machine: PushMachine,
  plan: AsyncIterable<Planned>,
  sources: Source[],
  signal: AbortSignal,
  wish: Wish | undefined,
): Promise<void> {
  const pace = new Pace();
  let batch: OperationSpec[] = [];
  const handOver = (): void => {
    // The machine is gone once the job was stopped.
    signal.throwIfAborted();
    machine.add(batch);
    batch = [];
  };
  for await (const planned of plan) {
    if (planned.operation === "delete") {
      batch.push({ operation: "delete", path: planned.path });
    } else {
      const { path, source } = planned;
      const at = wish === undefined ? undefined : (source.lastModified ?? dateOf(source.blob));
      const modifiedMs = at === undefined || at < 0 ? undefined : Math.floor(at);
      const file = sources.push({ ...source, path }) - 1;
      batch.push({ operation: "addOrUpdate", path, file, size: source.size, ...compact({ modifiedMs }) });
    }
    if (batch.length >= AT_ONCE) handOver();
    if (pace.due) await pace.turn();
  }
  handOver();
}

/** What became of the added files. */
export async function outcomes(machine: PushMachine): Promise<CommittedFile[]> {
  const all: CommittedFile[] = [];
  const pace = new Pace();
  for (let start = 0; ; start += AT_ONCE) {
    const page = machine.files(start, start + AT_ONCE);
    all.push(...page);
    if (page.length < AT_ONCE) return all;
    if (pace.due) await pace.turn();
  }
}
