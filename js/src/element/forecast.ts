/**
 * How fast a push is and how long it will take, as a person can read it: numbers that follow the push without jumping.
 *
 * Bytes leave in bursts, and what the Hub holds already is found in heaps. So the speed is a mean over some seconds that moves
 * towards the next mean step by step; and the time left runs down like a clock that is corrected, at most by a share of itself per
 * second.
 *
 * Invariants: time is an argument; a pause is neither slowness nor progress. It knows nothing of what is sent.
 */
import { Speed } from "./speed.js";

/** What a push has done so far. */
export interface Done {
  /** Bytes that left the device. */
  readonly sent: number;
  /** Bytes that the Hub has: sent, or there already. */
  readonly stored: number;
  /** Bytes of all files. */
  readonly total: number;
}

/** Milliseconds that the means look back: for the speed, and for the time left, where calm counts more. */
const SPEED_WINDOW_MS = 10_000;
const TIME_WINDOW_MS = 30_000;
/** Seconds in which a shown number has made two thirds of its way to a new one. */
const SPEED_SETTLES_S = 4;
const TIME_SETTLES_S = 8;
/** The largest correction of the time left in one second, as a share of itself. */
const MOST_CORRECTION = 0.12;
/** Milliseconds of work before a time is told. */
const TELL_AFTER_MS = 5_000;
/** A time that is told stands until it is off by this share, or this old. */
const TOLD_OFF_BY = 0.1;
const TOLD_STANDS_MS = 5_000;
/** Longer gaps between two looks (a hidden tab) count as this much. */
const LONGEST_STEP_S = 5;

/** The speed and the time left of one push. */
export class Forecast {
  readonly #sent = new Speed(SPEED_WINDOW_MS);
  readonly #stored = new Speed(TIME_WINDOW_MS);
  #speed: number | undefined;
  #seconds: number | undefined;
  #told: { seconds: number; at: number } | undefined;
  #last: number | undefined;
  #worked = 0;

  /** Bytes per second that leave the device. */
  get speed(): number {
    return this.#speed ?? 0;
  }

  /** Seconds to go, once enough has been seen to tell. */
  get seconds(): number | undefined {
    return this.#told?.seconds;
  }

  /** Takes a look, a few times a second. */
  look(at: number, { sent, stored, total }: Done): void {
    this.#sent.sample(at, sent);
    this.#stored.sample(at, stored);
    if (this.#last === undefined) {
      this.#last = at;
      return;
    }
    const elapsedMs = at - this.#last;
    const step = Math.min(elapsedMs / 1000, LONGEST_STEP_S);
    if (step <= 0) return;
    this.#last = at;
    this.#worked += elapsedMs;
    this.#speed = towards(this.#speed, this.#sent.perSecond, step / SPEED_SETTLES_S);
    const rate = this.#stored.perSecond;
    if (rate > 0) this.#correct(Math.max(0, total - stored) / rate, step);
    if (this.#worked >= TELL_AFTER_MS) this.#tell(at);
  }

  /** Work is held up: what was seen says nothing about what comes after. The time left stands as it was. */
  hold(): void {
    this.#sent.clear();
    this.#stored.clear();
    this.#last = undefined;
  }

  #correct(target: number, step: number): void {
    if (this.#seconds === undefined || this.#worked < TELL_AFTER_MS) {
      this.#seconds = target;
      return;
    }
    // It runs down by itself; what remains is the correction.
    const ran = Math.max(0, this.#seconds - step);
    const most = Math.max(1, ran) * MOST_CORRECTION * step;
    const wanted = towards(ran, target, step / TIME_SETTLES_S) - ran;
    this.#seconds = ran + Math.min(most, Math.max(-most, wanted));
  }

  #tell(at: number): void {
    const seconds = this.#seconds;
    if (seconds === undefined) return;
    const off = this.#told === undefined ? 1 : Math.abs(seconds - this.#told.seconds) / Math.max(1, this.#told.seconds);
    if (this.#told === undefined || off > TOLD_OFF_BY || at - this.#told.at >= TOLD_STANDS_MS)
      this.#told = { seconds, at };
  }
}

function towards(from: number | undefined, to: number, share: number): number {
  return from === undefined ? to : from + (to - from) * (1 - Math.exp(-share));
}
