import { describe, expect, it } from "vitest";
import { Forecast } from "../../src/element/forecast.js";

const LOOK_MS = 250;
const MB = 1_000_000;

/** What a person sees at each look. */
interface Seen {
  readonly at: number;
  readonly speed: number;
  readonly seconds: number | undefined;
}

/** Sent and stored bytes at a time in seconds. */
type Course = (seconds: number) => { sent: number; found?: number };

function watch(course: Course, total: number, seconds: number): Seen[] {
  const forecast = new Forecast();
  const seen: Seen[] = [];
  for (let at = 0; at <= seconds * 1000; at += LOOK_MS) {
    const { sent, found = 0 } = course(at / 1000);
    forecast.look(at, { sent, stored: Math.min(total, sent + found), total });
    seen.push({ at, speed: forecast.speed, seconds: forecast.seconds });
  }
  return seen;
}

/** A steady line of 5 MB/s. */
const steady: Course = (s) => ({ sent: 5 * MB * s });
/** Bodies that are reported only as a whole: 32 MB every 6.4 s. */
const bodies: Course = (s) => ({ sent: 32 * MB * Math.floor(s / 6.4) });
/** Half a second of nothing, half a second of twice the speed. */
const stutter: Course = (s) => ({ sent: 5 * MB * (Math.floor(s) + Math.max(0, (s % 1) - 0.5) * 2) });
/** A wireless line that goes from 8 to 2 MB/s and back every 20 s. */
const wireless: Course = (s) => {
  const cycles = Math.floor(s / 40);
  const rest = s % 40;
  return { sent: MB * (cycles * 200 + Math.min(rest, 20) * 8 + Math.max(0, rest - 20) * 2) };
};
/** 400 MB are found on the Hub at once, after 15 s. */
const found: Course = (s) => ({ sent: 5 * MB * s, found: s >= 15 ? 400 * MB : 0 });
/** Nothing moves from 20 s to 40 s. */
const stall: Course = (s) => ({ sent: 5 * MB * (s <= 20 ? s : Math.max(20, s - 20)) });

const COURSES: [name: string, course: Course][] = [
  ["a steady line", steady],
  ["bodies that are reported as a whole", bodies],
  ["a line that stutters", stutter],
  ["a wireless line", wireless],
  ["much that is found there already", found],
  ["a stall", stall],
];

describe.each(COURSES)("on %s", (_, course) => {
  const total = 1000 * MB;
  const seen = watch(course, total, 100);

  it("the speed goes from one look to the next by small steps", () => {
    // It begins with whatever the first seconds bring.
    for (const [i, { at, speed }] of seen.entries()) {
      const before = seen[i - 1]?.speed ?? 0;
      if (at < 10_000) continue;
      // What comes after a stall begins small: there, steps are measured by a slow line.
      expect(Math.abs(speed - before) / Math.max(before, MB), `at ${at} ms`).toBeLessThan(0.12);
    }
  });

  it("the time left runs like a clock: at most once in a second it is corrected, and by little", () => {
    const told = seen.filter(({ seconds }) => seconds !== undefined);
    expect(told[0]?.at).toBeGreaterThanOrEqual(5000);
    for (const [i, { at, seconds = 0 }] of told.entries()) {
      const before = told[i - 1]?.seconds ?? seconds;
      // What is told stands for some seconds, so a step is the clock's own and the correction of that time.
      expect(Math.abs(seconds - before), `at ${at} ms`).toBeLessThanOrEqual(0.15 * before + 6);
    }
  });
});

it("the time left is right on a steady line", () => {
  const seen = watch(steady, 1000 * MB, 60);
  for (const { at, seconds = 0 } of seen.slice(20 * 4)) {
    const right = 200 - at / 1000;
    expect(Math.abs(seconds - right)).toBeLessThan(0.1 * right + 5);
  }
});

it("the time left follows a line that gets slower", () => {
  const slower: Course = (s) => ({ sent: MB * (s <= 20 ? 8 * s : 160 + 2 * (s - 20)) });
  const last = watch(slower, 1000 * MB, 90).at(-1);
  // 700 MB at 2 MB/s.
  expect(last?.seconds).toBeGreaterThan(300);
  expect(last?.seconds).toBeLessThan(390);
});

it("a pause is neither slowness nor progress", () => {
  const forecast = new Forecast();
  let sent = 0;
  let at = 0;
  const run = (seconds: number): void => {
    for (let i = 0; i < seconds * 4; i += 1) {
      forecast.look(at, { sent, stored: sent, total: 1000 * MB });
      at += LOOK_MS;
      sent += (5 * MB * LOOK_MS) / 1000;
    }
  };
  run(30);
  const before = { speed: forecast.speed, seconds: forecast.seconds };
  forecast.hold();
  at += 600_000;
  expect({ speed: forecast.speed, seconds: forecast.seconds }).toEqual(before);
  run(2);
  expect(forecast.speed).toBeGreaterThan(4 * MB);
  expect(forecast.seconds ?? 0).toBeLessThan(before.seconds ?? 0);
  expect(forecast.seconds ?? 0).toBeGreaterThan((before.seconds ?? 0) * 0.8);
});
