/**
 * What a running push says to those who do not see it: that it began, its milestones, and what holds it up.
 *
 * Invariants: each milestone is said once, and only the last one that was reached; the end is not announced here, because the
 * heading of the next stage is read out. How often something may be said is the announcer's business.
 */
import type { Announcer } from "./announcer.js";
import type { Check } from "./check.js";
import { bytes, counted, percent, roughly, sentence } from "./format.js";
import type { LeftOut } from "./left-out.js";
import type { Condition, Transfer } from "./transfer.js";

/** Shares of a push that are worth a word. */
const MILESTONES = [0.25, 0.5, 0.75] as const;

/** What is worth knowing of a folder that was just listed, for those who do not see it; empty when there is nothing. */
export function reviewNews(leftOut: LeftOut, { findings, errors }: Check): string {
  const total = leftOut.groups.reduce((sum, group) => sum + group.total, 0);
  const warnings = findings.length - errors.length;
  const news = [
    total === 0 ? "" : `${counted(total, "file")} left out.`,
    errors.length === 0 ? "" : `${counted(errors.length, "problem")} must be solved before this can be pushed.`,
    warnings === 0 ? "" : `${counted(warnings, "thing is", "things are")} worth a look before you push.`,
  ];
  return news.filter((each) => each !== "").join(" ");
}

/** What holds a push up, or what comes after it; nothing when the person brought it about, and knows. */
function newsOf(condition: Condition, before: Condition["is"]): string | undefined {
  switch (condition.is) {
    case "retrying":
      return `Trying again. ${sentence(condition.cause)}`;
    case "limited":
      return `The Hub asks to slow down, waiting ${roughly((condition.until - Date.now()) / 1000)}`;
    case "offline":
      return "Offline, waiting for the connection";
    case "elsewhere":
      return "Another tab makes this push, waiting for it";
    case "committing":
      return "Everything is sent, committing";
    default:
      return before === "offline" ? "Connected again, going on" : undefined;
  }
}

/** Tells of one push after another. */
export class Narrator {
  readonly #announcer: Announcer;
  #told = 0;
  #commits = 0;
  #failures = 0;
  #condition: Condition["is"] = "preparing";

  constructor(announcer: Announcer) {
    this.#announcer = announcer;
  }

  /** A push begins. */
  begin(transfer: Transfer): void {
    this.#told = 0;
    this.#commits = 0;
    this.#failures = 0;
    this.#condition = "preparing";
    this.#announcer.say(`Pushing ${counted(transfer.total, "file")}, ${bytes(transfer.totalBytes)}`);
  }

  /** A push was paused, or goes on. */
  paused(paused: boolean): void {
    this.#announcer.say(paused ? "Paused" : "Going on");
  }

  /** Looks how far a push is. Call it a few times a second. */
  look(transfer: Transfer): void {
    const { condition, shown } = transfer;
    const before = this.#condition;
    this.#condition = condition.is;
    const news = condition.is === before ? undefined : newsOf(condition, before);
    // In a push of many commits each of them is a step on the way, and said as part of the milestones.
    if (news !== undefined && !(condition.is === "committing" && this.#commits > 0)) this.#announcer.say(news);
    this.#commits = transfer.commits.length;
    if (transfer.failures.length > this.#failures) {
      this.#failures = transfer.failures.length;
      this.#announcer.say(`${counted(this.#failures, "file")} cannot be pushed; the rest goes on`);
    }
    const reached = MILESTONES.findLast((share) => shown >= share) ?? 0;
    if (condition.is !== "pushing" || reached <= this.#told) return;
    this.#told = reached;
    const left = transfer.estimate === undefined ? "" : `, ${roughly(transfer.estimate)} left`;
    this.#announcer.say(`${percent(reached)} sent${left}`);
  }
}
