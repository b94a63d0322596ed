/**
 * The data plane of one push, as its job sees it: small values in, small values out. Who does what is decided here.
 *
 * Invariants: whatever becomes of a lane, every call settles, and what it had not stored is told as lost before the calls that it had
 * open fail; when the authority is gone, everything is; after the end nothing is left running.
 */
import { Calls, failed, type Call, type Outcome } from "./calls.js";
import { watchPulse } from "./pulse.js";
import type { AuthorityLine, Crew, DeskSeat, LaneSeat } from "./crew.js";
import type {
  FromDesk,
  FromLane,
  IngestTask,
  KeptProbe,
  LaneOptions,
  Resumption,
  ToDesk,
  ToSender,
} from "./messages.js";
import { Records, type PackJournal } from "./records.js";
import type { Done, Watch } from "../task.js";
import type {
  FailureView,
  InputView,
  PackOptionsView,
  ProbeResultView,
  RequestView,
  ShardView,
  TellView,
} from "../../wire.js";

type WithoutId<T> = T extends { id: number } ? Omit<T, "id"> : never;

/** What the job is told while packing goes on. */
export type News = WithoutId<Extract<InputView, { type: "sealed" | "query" | "lost" }>>;

/** Where the bytes of a body lie. */
export type Body =
  { readonly type: "xorb"; readonly xorb: number } | { readonly type: "shard"; readonly shard: number };

/** One file to be packed. */
export type PackFile = Omit<IngestTask, "head" | "helper" | "resume">;

/** A lane. */
interface Hand {
  readonly lane: number;
  readonly seat: LaneSeat;
  /** Bytes of the files that it packs, or reads for another one. */
  load: number;
}

/** Where a call is worked on. */
interface Work {
  /** None while it waits for one; not for what the authority does. */
  readonly hand: Hand;
  readonly helper?: Hand | undefined;
}

/** Bytes per read; two MiB cost a third more than four, eight gain nothing, and what is read ahead is read again by whoever is killed. */
const WINDOW_BYTES = 3 * 1024 * 1024;

/** A file from this size on is read and digested by an idle lane while another one packs; for less it is not worth the trouble. */
const HELP_FROM_BYTES = 32 * 1024 * 1024;

/** A lane is as good as idle with so small a part of that file's bytes to do. */
const IDLE_PART = 16;

/** How long a lane waits for the journal at most. */
const WRITING_MS = 5_000;

/** Lanes that may be lost in one push before no other one comes in their place. */
const MOST_LOST = 4;

/** See the module. */
export class Packing {
  readonly #options: PackOptionsView;
  readonly #news: (news: News) => void;
  readonly #over = new AbortController();
  readonly #calls: Calls<Work>;
  readonly #hands = new Map<number, Hand>();
  /** Whose body a xorb is. */
  readonly #bodies = new Map<number, { readonly lane: number; readonly body: number }>();
  /** First bytes of files that were probed. */
  readonly #heads = new Map<number, Uint8Array<ArrayBuffer>>();
  /** Which lane keeps the whole of a file. */
  readonly #kept = new Map<number, Hand>();
  /** Files that wait for a lane. */
  #waiting: { readonly id: number; readonly call: Call<Work>; readonly file: Omit<IngestTask, "head"> }[] = [];
  /** Lanes that are being flushed, and who waits for them. */
  readonly #flushing = new Set<number>();
  #flushed: (() => void)[] = [];
  /** Calls of lanes whose loss is not told yet. */
  readonly #orphans = new Map<number, Call<Work>[]>();
  readonly #records: Records | undefined;
  /** Whether earlier runs have left something. */
  #hasPast = false;
  #crew: Crew | undefined;
  #desk: DeskSeat | undefined;
  /** Resolves when there are lanes, or cannot be any. */
  #opened: Promise<void>;
  #end: (failure: FailureView) => void = () => undefined;
  /** Lanes so far, those included that are gone or never came up. */
  #lanes = 0;
  #introduced = 0;
  #lost = 0;

  /** Opens it in the background, with the first of these crews that comes up. What is stored is written into the journal. */
  constructor(options: PackOptionsView, crews: readonly Crew[], news: (news: News) => void, journal?: PackJournal) {
    this.#options = options;
    this.#records = journal && new Records(journal);
    this.#news = news;
    this.#calls = new Calls((id, { work }) => {
      (work?.hand.seat ?? this.#desk)?.port.post({ type: "stop", call: id });
    });
    this.#opened = this.#open(crews).catch((error: unknown) => {
      this.#breakDown((error as Error).message);
    });
  }

  /** Resolves when it cannot go on, with the reason, or when the signal aborts; then everything has been stopped. */
  async run(signal: AbortSignal): Promise<FailureView> {
    const stop = (): void => {
      this.#breakDown("it was stopped");
    };
    const ended = new Promise<FailureView>((resolve) => {
      this.#end = resolve;
    });
    signal.addEventListener("abort", stop);
    if (signal.aborted) stop();
    try {
      return await ended;
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  /** Probes files; lanes keep what they are told to. */
  async probe(files: readonly KeptProbe[], watch: Watch): Promise<ProbeResultView[]> {
    await this.#opened;
    const hands = [...this.#hands.values()];
    const results: ProbeResultView[] = [];
    const part = async (hand: Hand, offset: number): Promise<void> => {
      const own = files.filter((_, index) => index % hands.length === offset);
      const outcome = await this.#probeOn(hand, own, watch);
      for (const [index, file] of own.entries()) {
        const sample = "type" in outcome && outcome.type === "probed" ? outcome.files[index] : undefined;
        results[index * hands.length + offset] = sample?.result ?? { type: "failed", failure: failureIn(outcome) };
        if (sample === undefined || !file.keep) continue;
        if (sample.head !== undefined) this.#heads.set(file.file, sample.head);
        else if (this.#hands.has(hand.lane)) this.#kept.set(file.file, hand);
      }
    };
    await Promise.all(hands.slice(0, files.length).map(part));
    return hands.length > 0
      ? results
      : files.map(() => ({ type: "failed", failure: failed("no lane is left").failure }));
  }

  /** Takes a file through the pass. */
  async ingest(file: PackFile, watch: Watch): Promise<Outcome> {
    const resumed = await this.#resume(file, watch);
    if (resumed?.type === "ingested") return resumed;
    let given: Call<Work> | undefined;
    const outcome = await this.#calls.open(watch, (id, call) => {
      given = call;
      this.#waiting.push({ id, call, file: { ...file, resume: resumed?.resume } });
      void this.#assign();
    });
    const { hand, helper } = given?.work ?? {};
    const busy = helper ?? hand;
    if (busy !== undefined) busy.load -= file.size;
    if (resumed === undefined || !("type" in outcome) || outcome.type !== "ingested") return outcome;
    return { ...outcome, file: outcome.file && { ...outcome.file, resumed: resumed.resume.from } };
  }

  /** Seals what all lanes have packed. */
  async flush(): Promise<void> {
    await this.#opened;
    for (const { lane, seat } of this.#hands.values()) {
      this.#flushing.add(lane);
      seat.port.post({ type: "flush" });
    }
    const flushed = new Promise<void>((resolve) => this.#flushed.push(resolve));
    this.#checkFlushed();
    await flushed;
  }

  /** A shard of what is ready; none when nothing is. */
  async shard(mostBytes: number, watch: Watch): Promise<ShardView | undefined> {
    const outcome = await this.#askDesk(watch, (call) => ({ type: "shard", call, mostBytes }));
    return "type" in outcome && outcome.type === "shard" ? outcome.shard : undefined;
  }

  /** Hands the store's answer to the authority; its consequences are known when this resolves. The bytes are gone afterwards. */
  async take(kind: "learn" | "recall", bytes: Uint8Array<ArrayBuffer>, watch: Watch): Promise<void> {
    await this.#askDesk(watch, (call) => ({ type: kind, call, bytes }), [bytes.buffer]);
  }

  /** Passes a word on. */
  tell(tell: TellView): void {
    switch (tell.type) {
      case "stored":
        this.#desk?.port.post({ type: "stored", xorb: tell.xorb });
        break;
      case "forget":
        this.#desk?.port.post({ type: "forget", files: tell.files });
        for (const file of tell.files) {
          this.#heads.delete(file);
          this.#kept.get(file)?.seat.port.post({ type: "forget", files: [file] });
          this.#kept.delete(file);
        }
        break;
      case "settled":
        this.#desk?.port.post({ type: "settled", chunk: tell.chunk });
        break;
      case "registered":
        this.#desk?.port.post({ type: "registered", shard: tell.shard });
        void this.#records?.shorten((bytes, mostBytes) => this.#shorten(bytes, mostBytes));
        break;
      case "distrust":
        this.#desk?.port.post({ type: "distrust", shard: tell.shard });
        break;
    }
  }

  /** Sends a request with such a body, from where it lies. */
  send(body: Body, request: RequestView, watch: Watch): Promise<Outcome> {
    return this.#atBody(body, watch, (id, number) => ({ type: "send", call: id, body: number, request }));
  }

  /** A copy of such a body. */
  copy(body: Body, watch: Watch): Promise<Outcome> {
    return this.#atBody(body, watch, (id, number) => ({ type: "copy", call: id, body: number }));
  }

  async #open(crews: readonly Crew[]): Promise<void> {
    for (const crew of crews) {
      const started = new AbortController();
      const stop = (): void => {
        started.abort();
      };
      this.#over.signal.addEventListener("abort", stop);
      this.#lanes = 0;
      const lines = Array.from({ length: Math.min(this.#options.lanes, crew.lanes) }, () => crew.line());
      const starts = lines.map(({ near }) => crew.lane(this.#laneOptions(), near, started.signal));
      const desk = await crew.desk(this.#options.indexBytes, started.signal);
      const lanes = await Promise.all(starts);
      this.#over.signal.throwIfAborted();
      if (desk === undefined || lanes.every((seat) => seat === undefined)) {
        started.abort();
        continue;
      }
      this.#crew = crew;
      this.#sit(desk);
      for (const line of lines) this.#introduce(line);
      for (const [lane, seat] of lanes.entries()) if (seat !== undefined) this.#hire(lane, seat);
      if (this.#records !== undefined) this.#hasPast = await this.#records.restore((bytes) => this.#restore(bytes));
      return;
    }
    throw new Error("no lane is left");
  }

  async #restore(bytes: Uint8Array<ArrayBuffer>): Promise<Extract<FromDesk, { type: "restored" }> | undefined> {
    const outcome = await this.#askDesk(this.#watch, (call) => ({ type: "restore", call, bytes }), [bytes.buffer]);
    return "type" in outcome && outcome.type === "restored" ? outcome : undefined;
  }

  async #shorten(bytes: Uint8Array<ArrayBuffer>, mostBytes: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const message = (call: number): ToDesk => ({ type: "shorten", call, bytes, mostBytes });
    const outcome = await this.#askDesk(this.#watch, message, [bytes.buffer]);
    return "type" in outcome && outcome.type === "shortened" ? outcome.bytes : undefined;
  }

  /** What earlier runs have left of a file: where it goes on, or its end. */
  async #resume(
    { file, size, sha256, key }: PackFile,
    watch: Watch,
  ): Promise<
    Extract<Outcome, { type: "ingested" }> | { readonly type: "part"; readonly resume: Resumption } | undefined
  > {
    if (key === undefined || this.#records === undefined) return undefined;
    await this.#opened;
    if (!this.#hasPast) return undefined;
    const outcome = await this.#askDesk(watch, (call) => ({ type: "resume", call, key, file, size, sha256 }));
    if (!("type" in outcome) || outcome.type !== "resumed" || outcome.resumed === undefined) return undefined;
    const { call, resumed } = outcome;
    if (resumed instanceof Uint8Array) return { type: "part", resume: resumption(resumed) };
    return { type: "ingested", call, file: resumed };
  }

  /** For what only the end of all stops. */
  get #watch(): Watch {
    return { signal: this.#over.signal };
  }

  #laneOptions(): LaneOptions {
    const { xorbBytes, bodies, undecidedBytes } = this.#options;
    return { lane: this.#lanes++, xorbBytes, bodies, undecidedBytes, windowBytes: WINDOW_BYTES };
  }

  #sit(desk: DeskSeat): void {
    this.#desk = desk;
    const pulse = watchPulse(desk);
    desk.port.listen((message) => {
      pulse.alive();
      if (message.type !== "alive") this.#fromDesk(message);
    });
    void desk.ended.then(() => {
      this.#breakDown("there is no authority");
    });
  }

  /** Tells the authority of a lane: the next one, by number. */
  #introduce({ far }: AuthorityLine): void {
    const lane = this.#introduced++;
    this.#desk?.port.post({ type: "open", lane, to: far }, "post" in far ? [] : [far]);
  }

  #hire(lane: number, seat: LaneSeat): void {
    const hand: Hand = { lane, seat, load: 0 };
    this.#hands.set(lane, hand);
    const pulse = watchPulse(seat);
    seat.port.listen((message) => {
      pulse.alive();
      if (message.type !== "alive") this.#fromLane(hand, message);
    });
    void seat.ended.then(() => {
      this.#lose(hand);
    });
  }

  #fromLane(hand: Hand, message: Exclude<FromLane, { type: "alive" }>): void {
    if (message.type === "broken") hand.seat.stop();
    else this.#calls.take(message);
  }

  #fromDesk(message: Exclude<FromDesk, { type: "alive" }>): void {
    switch (message.type) {
      case "query":
        this.#news({ type: "query", chunk: message.chunk });
        break;
      case "sealed": {
        const { xorb, hash, bytes, lane, body } = message;
        this.#bodies.set(xorb, { lane, body });
        this.#news({ type: "sealed", xorb, hash, bytes });
        break;
      }
      case "flushed":
        this.#flushing.delete(message.lane);
        this.#checkFlushed();
        break;
      case "lost": {
        const { lane, xorbs, again } = message;
        for (const xorb of xorbs) this.#bodies.delete(xorb);
        if (xorbs.length + again.length > 0) this.#news({ type: "lost", xorbs: [...xorbs], again: [...again] });
        const orphans = this.#orphans.get(lane) ?? [];
        this.#orphans.delete(lane);
        for (const call of orphans) call.settle(failed("the worker that did it crashed"));
        break;
      }
      case "records":
        this.#records?.append(message.bytes);
        break;
      case "noted":
        this.#release(message.xorb);
        break;
      case "distrusted":
        this.#news({ type: "lost", xorbs: [], again: [...message.again] });
        break;
      case "broken":
        this.#breakDown(message.message);
        break;
      default:
        this.#calls.take(message);
    }
  }

  /** Gives the files that wait to lanes. It waits until all have come that come together. */
  async #assign(): Promise<void> {
    await this.#opened;
    const hands = [...this.#hands.values()];
    // Those that were stopped meanwhile need nobody.
    const waiting = this.#waiting.splice(0).filter(({ id, call }) => this.#calls.get(id) === call);
    for (const { call, file } of waiting) {
      const hand = this.#kept.get(file.file) ?? least(hands);
      this.#kept.delete(file.file);
      if (hand === undefined) {
        call.settle(failed("no lane is left"));
        continue;
      }
      call.work = { hand };
      hand.load += file.size;
    }
    for (const { id, call, file } of waiting) {
      const { hand } = call.work ?? {};
      if (hand === undefined) continue;
      const isWhole = file.resume === undefined || file.resume.from === 0;
      const head = isWhole ? this.#heads.get(file.file) : undefined;
      const helper = this.#helperFor({ ...file, head }, hand);
      this.#heads.delete(file.file);
      if (helper !== undefined) {
        call.work = { hand, helper };
        hand.load -= file.size;
        helper.load += file.size;
      }
      this.#give(id, { ...file, head }, hand, helper);
    }
  }

  #helperFor({ size, sha256, resume }: IngestTask, hand: Hand): Hand | undefined {
    if (sha256 !== undefined || size - (resume?.from ?? 0) < HELP_FROM_BYTES || this.#crew?.canHelp !== true)
      return undefined;
    const helper = least([...this.#hands.values()].filter((other) => other !== hand));
    return helper !== undefined && helper.load <= size / IDLE_PART ? helper : undefined;
  }

  #give(id: number, task: IngestTask, hand: Hand, helper: Hand | undefined): void {
    if (helper === undefined) {
      hand.seat.port.post({ type: "ingest", call: id, task });
      return;
    }
    const { port1, port2 } = new MessageChannel();
    const { blob, size, head, resume } = task;
    helper.seat.port.post({ type: "help", task: { blob, size, head, resume }, to: port2 }, [port2]);
    hand.seat.port.post({ type: "ingest", call: id, task: { ...task, helper: port1 } }, [port1]);
  }

  /** Gives the room of a stored body to the next one when that is written down, so that little is done twice, unless writing stalls. */
  #release(xorb: number): void {
    const release = (): void => {
      clearTimeout(timer);
      const body = this.#bodies.get(xorb);
      this.#bodies.delete(xorb);
      if (body !== undefined) this.#hands.get(body.lane)?.seat.port.post({ type: "stored", body: body.body });
    };
    const timer = setTimeout(release, WRITING_MS);
    void (this.#records?.written() ?? Promise.resolve()).then(release);
  }

  #checkFlushed(): void {
    if (this.#flushing.size > 0) return;
    for (const done of this.#flushed.splice(0)) done();
  }

  async #probeOn(hand: Hand, files: readonly KeptProbe[], watch: Watch): Promise<Outcome> {
    const ask = (by: Hand): Promise<Outcome> =>
      this.#calls.open(watch, (id, call) => {
        call.work = { hand: by };
        by.seat.port.post({ type: "probe", call: id, files });
      });
    const outcome = await ask(hand);
    if ("type" in outcome || this.#hands.has(hand.lane)) return outcome;
    // Its lane is gone; what it would have kept is read again.
    await this.#opened;
    const other = least([...this.#hands.values()]);
    return other === undefined ? outcome : await ask(other);
  }

  #askDesk(watch: Watch, message: (call: number) => ToDesk, transfer?: Transferable[]): Promise<Outcome> {
    return this.#calls.open(watch, (id, call) => {
      if (this.#desk === undefined) call.settle(failed("there is no authority"));
      else this.#desk.port.post(message(id), transfer);
    });
  }

  #atBody(body: Body, watch: Watch, message: (id: number, body: number) => ToSender): Promise<Outcome> {
    if (body.type === "shard") return this.#askDesk(watch, (id) => message(id, body.shard));
    return this.#calls.open(watch, (id, call) => {
      const at = this.#bodies.get(body.xorb);
      const hand = at && this.#hands.get(at.lane);
      if (at !== undefined && hand !== undefined) {
        call.work = { hand };
        hand.seat.port.post(message(id, at.body));
        return;
      }
      const orphans = at && this.#orphans.get(at.lane);
      if (orphans === undefined) call.settle(failed("there is no such xorb"));
      else orphans.push(call);
    });
  }

  /** A lane is gone. */
  #lose(hand: Hand): void {
    const { lane } = hand;
    if (this.#over.signal.aborted || !this.#hands.delete(lane)) return;
    this.#lost += 1;
    const orphans: Call<Work>[] = [];
    for (const [id, call] of this.#calls) {
      if (call.work?.hand === hand) orphans.push(call);
      else if (call.work?.helper === hand) {
        call.work.hand.seat.port.post({ type: "stop", call: id });
        orphans.push(call);
      }
    }
    this.#orphans.set(lane, orphans);
    for (const [file, keeper] of this.#kept) if (keeper === hand) this.#kept.delete(file);
    this.#flushing.delete(lane);
    this.#desk?.port.post({ type: "lost", lane });
    const crew = this.#crew;
    if (crew !== undefined && this.#lost < MOST_LOST) {
      const replaced = this.#replace(crew);
      if (this.#hands.size === 0) this.#opened = replaced;
    }
    this.#checkFlushed();
  }

  async #replace(crew: Crew): Promise<void> {
    const line = crew.line();
    const options = this.#laneOptions();
    this.#introduce(line);
    const seat = await crew.lane(options, line.near, this.#over.signal);
    if (seat !== undefined && !this.#over.signal.aborted) this.#hire(options.lane, seat);
  }

  /** The end, for whatever reason. */
  #breakDown(message: string): void {
    if (this.#over.signal.aborted) return;
    this.#over.abort();
    for (const { seat } of this.#hands.values()) seat.stop();
    this.#desk?.stop();
    const outcome = failed(message);
    for (const [, call] of this.#calls) call.settle(outcome);
    for (const call of [...this.#orphans.values()].flat()) call.settle(outcome);
    this.#flushing.clear();
    this.#checkFlushed();
    this.#end(outcome.failure);
  }
}

/** Where a file goes on, from the engine's record of it. */
function resumption(record: Uint8Array<ArrayBuffer>): Resumption {
  const view = new DataView(record.buffer, record.byteOffset);
  const number = (at: number): number => Number(view.getBigUint64(at, true));
  const length = view.getUint32(16, true);
  const digest = length > 0 ? record.slice(20, 20 + length) : undefined;
  return { from: number(0), digested: number(8), digest, record };
}

/** Whoever has least to do. */
function least(hands: readonly Hand[]): Hand | undefined {
  return hands.reduce<Hand | undefined>(
    (best, hand) => (best === undefined || hand.load < best.load ? hand : best),
    undefined,
  );
}

/** What went wrong in an outcome that is not the one that was hoped for. */
export function failureIn(outcome: Outcome | Done): FailureView {
  if ("failure" in outcome) return outcome.failure;
  return { code: "internal", message: "a lane did something else" };
}
