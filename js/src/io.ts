/**
 * Carries out the steps of a job with what the platform offers: reads and digests on lanes, requests by a transport.
 *
 * Invariant: nothing rejects; what goes wrong is an answer. A read counts only when the file is still the one that was
 * taken in. It knows no path, no header and no status.
 */
import type { Compute } from "./compute/task.js";
import type { Io, Work } from "./driver.js";
import { fromFailure, HubferryError } from "./errors.js";
import { linkedController } from "./abort.js";
import { Pace } from "./pace.js";
import { readFailureOf } from "./source/failure.js";
import type { Source } from "./source/source.js";
import { assembleBody, sourcesOf, Unreadable } from "./transport/body.js";
import { failureOf } from "./transport/failure.js";
import type { Transport } from "./transport/transport.js";
import type { FailureView, InputView, ProbeResultView, RequestView } from "./wire.js";

type Step<T extends Work["type"]> = Extract<Work, { type: T }>;
type Report = (bytes: number) => void;

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

/** The means of one job. */
export class JobIo implements Io {
  /** The last answer that was left unread. */
  kept: Kept | undefined;
  readonly #transport: Transport;
  readonly #compute: Compute | undefined;
  readonly #sources: readonly Source[];

  /** Shape: steps name files by their place in `sources`; without `compute` no step may read one. */
  constructor(transport: Transport, compute?: Compute, sources: readonly Source[] = []) {
    this.#transport = transport;
    this.#compute = compute;
    this.#sources = sources;
  }

  now(): number {
    return performance.now();
  }

  async perform(work: Work, report: Report, signal: AbortSignal): Promise<InputView> {
    try {
      switch (work.type) {
        case "probe":
          return await this.#probe(work, signal);
        case "digest":
          return await this.#digest(work, report, signal);
        case "send":
          return await this.#send(work, report, signal);
        case "pack":
        case "ingest":
        case "flush":
        case "shard":
          throw new HubferryError("unsupported", "there are no lanes here that pack");
      }
    } catch (error) {
      return { type: "failed", id: work.id, failure: readFailureOf(error) };
    }
  }

  tell(): void {
    // There is no data plane to be told.
  }

  async #probe({ id, files }: Step<"probe">, signal: AbortSignal): Promise<InputView> {
    const tasks = files.map(({ file, size, whole, text }) => ({ blob: this.#source(file).blob, size, whole, text }));
    const done = await this.#lanes().run({ kind: "probe", files: tasks }, { signal });
    if (done.kind !== "probed") return { type: "failed", id, failure: failureIn(done) };
    const changed = await checkAll(files.map(({ file }) => this.#source(file)));
    const results = done.files.map((result, index): ProbeResultView => {
      const failure = changed[index];
      return failure === undefined ? result : { type: "failed", failure };
    });
    return { type: "probed", id, files: results };
  }

  async #digest({ id, file, size, kind }: Step<"digest">, onProgress: Report, signal: AbortSignal): Promise<InputView> {
    const source = this.#source(file);
    const done = await this.#lanes().run(
      { kind: "digest", blob: source.blob, size, digest: kind },
      { signal, onProgress },
    );
    const failure = await source.check?.();
    if (failure !== undefined) return { type: "failed", id, failure };
    if (done.kind !== "digested") return { type: "failed", id, failure: failureIn(done) };
    return { type: "digested", id, digest: done.digest };
  }

  async #send({ id, request }: Step<"send">, onSent: Report, signal: AbortSignal): Promise<InputView> {
    const { method, url, headers, answer } = request;
    const sources = sourcesOf(request.body).map((file) => this.#source(file));
    const link = linkedController(signal);
    try {
      const body = await assembleBody(request.body, this.#sources, () => this.#lanes(), signal);
      const outgoing = { method, url, headers, body, stream: answer === "stream" };
      const {
        status,
        headers: said,
        text,
        response,
      } = await this.#transport.send(outgoing, {
        signal: link.controller.signal,
        onSent,
      });
      if (response !== undefined) this.kept = keep(response, request, link.controller);
      const failure = await firstChange(sources);
      if (failure !== undefined) return { type: "failed", id, failure };
      return { type: "response", id, status, headers: said, body: text };
    } catch (error) {
      // A file that changed on disk breaks the request that sends it, without saying so.
      const failure =
        (error instanceof Unreadable ? named(error.failure, this.#sources[error.file]) : undefined) ??
        (signal.aborted ? undefined : ((await firstChange(sources)) ?? (await lostFile(sources)))) ??
        failureOf(error, request);
      return { type: "failed", id, failure };
    } finally {
      link.release();
    }
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

function keep(response: Response, request: RequestView, controller: AbortController): Kept {
  return {
    response,
    stop: () => {
      controller.abort();
    },
    explain: (thrown) => fromFailure(failureOf(thrown, request)),
  };
}

function failureIn(done: { kind: string; failure?: FailureView }): FailureView {
  return done.failure ?? { code: "internal", message: "a lane did something else than it was asked for" };
}

async function firstChange(sources: readonly Source[]): Promise<FailureView | undefined> {
  const changes = await checkAll(sources);
  const at = changes.findIndex((failure) => failure !== undefined);
  const first = changes[at];
  return first && named(first, sources[at]);
}

/** A body may be made from many files, so what went wrong with one of them is said with its path. */
function named(failure: FailureView, source: Source | undefined): FailureView {
  if (source?.path === undefined) return failure;
  const what = failure.code === "file_changed" ? "changed" : "cannot be read";
  return { ...failure, message: `${JSON.stringify(source.path)} ${what}: ${failure.message}` };
}

/** Whether the one file of a body, which was readable before, no longer is: the only sign of a change that some engines give. */
async function lostFile(sources: readonly Source[]): Promise<FailureView | undefined> {
  const [only] = sources;
  if (only === undefined || sources.length > 1) return undefined;
  try {
    await only.blob.slice(0, 1).arrayBuffer();
    return undefined;
  } catch {
    return named({ code: "file_changed", message: "it can no longer be read: it changed or moved meanwhile" }, only);
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
