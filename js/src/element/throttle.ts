/**
 * How fast a push may go, as the person wants it: full speed or gently, with or without a limit, with the screen kept on or not.
 *
 * Invariants: what was chosen holds for the push that runs and for the next ones; a limit that cannot be read changes nothing.
 */
import type { UploadJob } from "./package.js";

/** The limits to choose from, in MB/s; "own" is the person's number. */
export const LIMITS = ["none", "1", "5", "20", "own"] as const;
/** See {@link LIMITS}. */
export type Limit = (typeof LIMITS)[number];

const MEGABYTE = 1_000_000;
/** The largest limit that makes sense, in MB/s. */
const MOST = 10_000;

/** The wishes. */
export class Throttle {
  /** One request at a time: everything else on this line and this machine goes first. */
  gentle = false;
  limit: Limit = "none";
  /** The person's own limit in MB/s, as typed. */
  own = "";
  /** Whether the screen is kept on while a push runs. */
  awake = true;

  /** Bytes per second; nothing without a limit. */
  get bytesPerSecond(): number | undefined {
    if (this.limit === "none") return undefined;
    const typed = this.limit === "own" ? this.own.trim().replace(",", ".") : this.limit;
    const megabytes = Number(typed);
    return typed !== "" && megabytes > 0 && megabytes <= MOST ? Math.round(megabytes * MEGABYTE) : undefined;
  }

  /** What is wrong with the person's own limit. */
  get problem(): string | undefined {
    if (this.limit !== "own" || this.own.trim() === "" || this.bytesPerSecond !== undefined) return undefined;
    return "Enter a number of megabytes per second, for example 2.5.";
  }

  /** In a few words, for whoever has folded the settings away; empty when nothing is held back. */
  get words(): string {
    const rate = this.bytesPerSecond;
    const limit = rate === undefined ? "" : `at most ${String(rate / MEGABYTE)} MB/s`;
    return [this.gentle ? "gentle" : "", limit].filter((each) => each !== "").join(", ");
  }

  /** Tells a job. */
  apply(job: Pick<UploadJob, "limitSpeed" | "gentle">): void {
    if (this.problem === undefined) job.limitSpeed(this.bytesPerSecond);
    job.gentle(this.gentle);
  }
}
