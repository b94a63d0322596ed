/**
 * Carries out the steps of a job with what the platform offers: reads, digests and packs on lanes, requests by a transport.
 *
 * Invariant: nothing rejects; what goes wrong is an answer. A read counts only when the file is still the one that was
 * taken in. It knows no path, no header and no status.
 */
import type { Crew } from "./compute/pack/crew.js";
import { failureIn, Packing, type Body } from "./compute/pack/packing.js";
import type { PackJournal } from "./compute/pack/records.js";
import type { Compute } from "./compute/task.js";
import type { Keeper } from "./journal/keeper.js";
import type { Io, NewsView, Work } from "./driver.js";
import { fromFailure, HubferryError } from "./errors.js";
import { linkedController } from "./abort.js";
import { Pace } from "./pace.js";
import { readFailureOf } from "./source/failure.js";
import { inTime } from "./source/patience.js";
import { passingBytes, type Source } from "./source/source.js";
import { assembleBody, sourcesOf, Unreadable } from "./transport/body.js";
import { readCapped } from "./transport/capped.js";
import { failureOf } from "./transport/failure.js";
import type { Transport } from "./transport/transport.js";
import type { CommitStateView, FailureView, InputView, ProbeResultView, RequestView, TellView } from "./wire.js";

type Step<T extends Work["type"]> = Extract<Work, { type: T }>;
type Report = (bytes: number) => void;

/** Bytes of an answer that goes to the authority: half of what it has for its index. */
const LONGEST_ANSWER_BYTES = 32 * 1024 * 1024;

/** Checks of sources side by side. */
const CHECKS_IN_FLIGHT = 32;

/** An answer whose body was left unread. */
export interface Kept {
  readonly response: Response;
  /** Stops whoever reads it. */
  readonly stop: () => void;
  /** What reading it threw, as an error for the caller. */
  readonly explain: (thrown: unknown) => HubferryError;
}

/** How a job packs. */
export interface PackMeans {
  /** Who packs, the first that comes up. */
  readonly crews: readonly Crew[];
  /** Whether bodies go through the job's own transport, because the caller wants to see every request. */
  readonly sendsItself: boolean;
  /** Where it is written down what is stored, for a job that has a journal. */
  readonly journal?: PackJournal | undefined;
}

/** Says how many of the files, from the first, go with the next commit. */
export type PlanCommit = (state: CommitStateView) => number | Promise<number>;

/** The means of one job. */
export class JobIo implements Io {
  /** The last answer that was left unread. */
  kept: Kept | undefined;
  readonly #transport: Transport;
  readonly #compute: Compute | undefined;
  readonly #sources: readonly Source[];
  readonly #packs: PackMeans | undefined;
  #packing: Packing | undefined;
  #keeper: Keeper | undefined;
  readonly #plan: PlanCommit;

  /** Shape: steps name files by their place in `sources`; without `compute` no step may read one, and without `packs` pack one. */
  constructor(
    transport: Transport,
    compute?: Compute,
    sources: readonly Source[] = [],
    packs?: PackMeans,
    plan: PlanCommit = waits,
  ) {
    this.#plan = plan;
    this.#transport = transport;
    this.#compute = compute;
    this.#sources = sources;
    this.#packs = packs;
  }

  /** Writes into this journal from now on. */
  keep(keeper: Keeper): void {
    this.#keeper = keeper;
  }

  now(): number {
    return performance.now();
  }

  async perform(
    work: Work,
    report: Report,
    signal: AbortSignal,
    news: (input: NewsView) => void = () => undefined,
  ): Promise<InputView> {
    try {
      switch (work.type) {
        case "probe":
          return await this.#probe(work, signal);
        case "digest":
          return await this.#digest(work, report, signal);
        case "send":
          return await this.#send(work, report, signal);
        case "pack":
          return await this.#pack(work, news, signal);
        case "ingest":
          return await this.#ingest(work, report, signal);
        case "planCommit":
          return { type: "planned", id: work.id, files: await this.#plan(work.state) };
        case "flush":
          await this.#open().flush();
          return { type: "flushed", id: work.id };
        case "record":
          await this.#record(work);
          return { type: "recorded", id: work.id };
        case "shard": {
          const shard = await this.#open().shard(work.mostBytes, { signal });
          return shard === undefined ? { type: "shard", id: work.id } : { type: "shard", id: work.id, shard };
        }
      }
    } catch (error) {
      return { type: "failed", id: work.id, failure: readFailureOf(error) };
    }
  }

  tell(tell: TellView): void {
    this.#packing?.tell(tell);
  }

  async #probe({ id, files }: Step<"probe">, signal: AbortSignal): Promise<InputView> {
    const tasks = files.map((file) => ({ ...file, blob: this.#source(file.file).blob }));
    let probed: readonly ProbeResultView[];
    if (files.some(({ keep }) => keep)) {
      probed = await this.#open().probe(tasks, { signal });
    } else {
      const done = await this.#lanes().run({ kind: "probe", files: tasks }, { signal });
      if (done.kind !== "probed") return { type: "failed", id, failure: failureIn(done) };
      probed = done.files;
    }
    const changed = await checkAll(files.map(({ file }) => this.#source(file)));
    const results = probed.map((result, index): ProbeResultView => {
      const failure = changed[index];
      return failure === undefined ? result : { type: "failed", failure };
    });
    return { type: "probed", id, files: results };
  }

  async #pack({ id, options }: Step<"pack">, news: (input: NewsView) => void, signal: AbortSignal): Promise<InputView> {
    if (this.#packs === undefined) throw new HubferryError("unsupported", "nobody packs here");
    this.#packing = new Packing(
      options,
      this.#packs.crews,
      (input) => {
        news({ ...input, id });
      },
      this.#packs.journal,
    );
    return { type: "failed", id, failure: await this.#packing.run(signal) };
  }

  async #ingest(step: Step<"ingest">, onProgress: Report, signal: AbortSignal): Promise<InputView> {
    const { id, file, size, sha256 } = step;
    // What nobody writes down need not be made so that it can be.
    const key = this.#packs?.journal === undefined ? undefined : step.key;
    const source = this.#source(file);
    const outcome = await this.#open().ingest({ file, blob: source.blob, size, sha256, key }, { signal, onProgress });
    const failure = await source.check?.();
    if (failure !== undefined) return { type: "failed", id, failure };
    const ingested = "type" in outcome && outcome.type === "ingested" ? outcome.file : undefined;
    if (ingested === undefined) return { type: "failed", id, failure: failureIn(outcome) };
    const wrong = passingBytes(source.blob)?.checkDigest(ingested.sha256);
    if (wrong !== undefined) return { type: "failed", id, failure: wrong };
    return { type: "ingested", id, file: ingested };
  }

  async #record({ records, barrier }: Step<"record">): Promise<void> {
    if (this.#keeper === undefined) throw new HubferryError("unsupported", "nothing is kept here");
    const bytes = Uint8Array.from(atob(records), (character) => character.charCodeAt(0));
    await this.#keeper.append("control", bytes, barrier);
  }

  async #digest({ id, file, size, kind }: Step<"digest">, onProgress: Report, signal: AbortSignal): Promise<InputView> {
    const source = this.#source(file);
    const known = kind === "sha256" ? passingBytes(source.blob)?.relyOnDigest() : undefined;
    if (known !== undefined) return { type: "digested", id, digest: known };
    const done = await this.#lanes().run(
      { kind: "digest", blob: source.blob, size, digest: kind },
      { signal, onProgress },
    );
    const failure = await source.check?.();
    if (failure !== undefined) return { type: "failed", id, failure };
    if (done.kind !== "digested") return { type: "failed", id, failure: failureIn(done) };
    return { type: "digested", id, digest: done.digest };
  }

  async #send(step: Step<"send">, onSent: Report, signal: AbortSignal): Promise<InputView> {
    const body = packedBody(step.request);
    if (body === undefined) return await this.#sendBody(step, undefined, onSent, signal);
    const packing = this.#open();
    const { id, request } = step;
    if (this.#packs?.sendsItself === true) {
      const copied = await packing.copy(body, { signal });
      if ("type" in copied && copied.type === "copied") return await this.#sendBody(step, copied.blob, onSent, signal);
      return { type: "failed", id, failure: failureIn(copied) };
    }
    const sent = await packing.send(body, request, { signal, onProgress: onSent });
    if (!("type" in sent) || sent.type !== "answered") return { type: "failed", id, failure: failureIn(sent) };
    const { status, headers, text } = sent.answer;
    return { type: "response", id, status, headers, body: text };
  }

  /** Sends a request of this thread; `packed` is the copy of a body that lies elsewhere. */
  async #sendBody(
    { id, request }: Step<"send">,
    packed: Blob | undefined,
    onSent: Report,
    signal: AbortSignal,
  ): Promise<InputView> {
    const { method, url, headers, answer } = request;
    const files = sourcesOf(request.body);
    const sources = files.map((file) => this.#source(file));
    const failed = (failure: FailureView, file: number | undefined): InputView =>
      file === undefined ? { type: "failed", id, failure } : { type: "fileFailed", id, file, failure };
    const link = linkedController(signal);
    try {
      const body = packed ?? (await assembleBody(request.body, this.#sources, () => this.#lanes(), signal));
      const outgoing = { method, url, headers, body, stream: answer !== "text" };
      const {
        status,
        headers: said,
        text,
        response,
      } = await this.#transport.send(outgoing, {
        signal: link.controller.signal,
        onSent,
      });
      if (response !== undefined) {
        if (answer === "stream") this.kept = keep(response, request, link.controller);
        else await this.#learn(answer, response, signal);
      }
      const change = await firstChange(sources);
      if (change !== undefined) return failed(change.failure, files[change.at]);
      return { type: "response", id, status, headers: said, body: text };
    } catch (error) {
      // A file that changed on disk breaks the request that sends it, without saying so.
      if (error instanceof Unreadable) return failed(error.failure, error.file);
      const change = signal.aborted ? undefined : ((await firstChange(sources)) ?? (await lostFile(sources)));
      return change === undefined
        ? failed(failureOf(error, request), undefined)
        : failed(change.failure, files[change.at]);
    } finally {
      link.release();
    }
  }

  /** Gives an answer to the authority. */
  async #learn(answer: RequestView["answer"], response: Response, signal: AbortSignal): Promise<void> {
    const bytes = await readCapped(response, LONGEST_ANSWER_BYTES);
    await this.#open().take(answer === "recall" ? "recall" : "learn", bytes, { signal });
  }

  /** What packs; there is a step that opened it. */
  #open(): Packing {
    if (this.#packing === undefined) throw new HubferryError("internal", "nothing is packed in this job");
    return this.#packing;
  }

  #source(file: number): Source {
    const source = this.#sources[file];
    if (source === undefined) throw new HubferryError("internal", `there is no file ${file}`);
    return source;
  }

  #lanes(): Compute {
    if (this.#compute === undefined) throw new HubferryError("internal", "this call reads no files");
    return this.#compute;
  }
}

/** Of a job whose commits nobody plans no such question comes. */
function waits(): number {
  return 0;
}

/** The body of a request, when it lies with who has packed it. */
function packedBody({ body: [part] }: RequestView): Body | undefined {
  return part?.type === "xorb" || part?.type === "shard" ? part : undefined;
}

function keep(response: Response, request: RequestView, controller: AbortController): Kept {
  return {
    response,
    stop: () => {
      controller.abort();
    },
    explain: (thrown) => fromFailure(failureOf(thrown, request)),
  };
}

/** What is wrong with a file of a body, and its place there. */
interface Change {
  readonly failure: FailureView;
  readonly at: number;
}

async function firstChange(sources: readonly Source[]): Promise<Change | undefined> {
  const changes = await checkAll(sources);
  const at = changes.findIndex((failure) => failure !== undefined);
  const failure = changes[at];
  return failure && { failure, at };
}

/** Whether the one file of a body, which was readable before, no longer is: the only sign of a change that some engines give. */
async function lostFile(sources: readonly Source[]): Promise<Change | undefined> {
  const [only] = sources;
  if (only === undefined || sources.length > 1) return undefined;
  try {
    await inTime(only.blob.slice(0, 1).arrayBuffer());
    return undefined;
  } catch {
    const message = "it can no longer be read: it changed or moved meanwhile";
    return { failure: { code: "file_changed", message }, at: 0 };
  }
}

/** Checks many sources, a bounded number at a time; most have nothing to check. */
async function checkAll(sources: readonly Source[]): Promise<(FailureView | undefined)[]> {
  const found: (FailureView | undefined)[] = [];
  const pace = new Pace();
  let next = 0;
  const checker = async (): Promise<void> => {
    for (let at = next++; at < sources.length; at = next++) {
      const check = sources[at]?.check;
      if (check !== undefined) found[at] = await check();
      if (pace.due) await pace.turn();
    }
  };
  await Promise.all(Array.from({ length: Math.min(CHECKS_IN_FLIGHT, sources.length) }, checker));
  return found;
}
