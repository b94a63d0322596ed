/** A push, followed to its end: its progress on a meter, what it warns of as warnings. */
import { bytes, bytesOf, count, counted, roughly, speed } from "../../element/format.js";
import type { Progress, UploadEvent } from "../../upload/events.js";
import type { UploadJob } from "../../upload/job.js";
import type { Context } from "../context.js";
import { Interrupted } from "../interrupt.js";
import { openMeter, type Gauge } from "./meter.js";

/** Paths named in a warning; the rest are counted. */
const NAMED = 5;

/** What is stored has to be committed yet. */
const ALMOST = 0.99;

/** Of so much, a push keeps a journal, and can be continued. */
export const KEPT = { bytes: 32 * 1024 * 1024, files: 1_000 };

/** Follows a job, and brings its result. `continues`: when the job keeps a journal, the same command goes on where it was stopped. */
export async function follow<T>(start: () => UploadJob<T>, context: Context, continues: boolean): Promise<T> {
  const meter = await openMeter(context);
  let job: UploadJob<T> | undefined;
  try {
    job = start();
    for await (const event of job) {
      if (event.event === "report") meter.show(pushGauge(event.progress));
      else if (event.event === "warning") context.out.warn(warningText(event));
    }
    return await job;
  } catch (error) {
    if (continues && job !== undefined && isKept(job.progress) && error instanceof Interrupted)
      error.hint = "Run the same command again: it goes on where it was";
    throw error;
  } finally {
    meter.end();
  }
}

function isKept({ bytes, files }: Progress): boolean {
  return bytes.total >= KEPT.bytes || files.total >= KEPT.files;
}

/** How far a push is. */
export function pushGauge({ state, files, bytes: done, bytesPerSecond, etaSeconds }: Progress): Gauge {
  // Found at the Hub or brought there.
  const stored = Math.max(done.deduplicated + done.sent, done.registered, done.committed);
  const settled = files.committed + files.skipped + files.failed;
  const fraction = done.total > 0 ? (done.read + Math.min(stored, done.total)) / (2 * done.total) : 0;
  const isDone = files.total > 0 && settled >= files.total;
  const parts = [
    `${count(settled)} of ${counted(files.total, "file")}`,
    `${bytesOf(Math.min(done.read, done.total), done.total)} read`,
    done.sent > 0 && `${bytes(done.sent)} sent`,
    done.deduplicated > 0 && `${bytes(done.deduplicated)} known to the Hub`,
    state === "running" && bytesPerSecond > 0 && speed(bytesPerSecond),
    state === "running" && etaSeconds !== undefined && !isDone && `${roughly(etaSeconds)} left`,
    state === "offline" && "no connection: goes on by itself",
    state === "waiting" && "waiting for the Hub",
  ];
  return { fraction: isDone ? 1 : Math.min(fraction, ALMOST), text: parts.filter((part) => part !== false).join(", ") };
}

/** A warning with the first of its paths. */
export function warningText({ message, paths }: Extract<UploadEvent, { event: "warning" }>): string {
  const named = paths.filter((path) => !message.includes(path)).slice(0, NAMED);
  const more = paths.length - named.length;
  if (named.length === 0) return message;
  return `${message}: ${named.join(", ")}${more > 0 && paths.length > NAMED ? ` and ${count(more)} more` : ""}`;
}
