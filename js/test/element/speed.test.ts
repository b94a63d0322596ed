import { expect, it } from "vitest";
import { Speed } from "../../src/element/speed.js";

it("tells the speed over the last seconds only", () => {
  const speed = new Speed(5_000);
  expect(speed.perSecond).toBe(0);
  for (let at = 0; at <= 10_000; at += 250) speed.sample(at, at * 2);
  expect(speed.perSecond).toBe(2000);
  for (let at = 10_250; at <= 20_000; at += 250) speed.sample(at, 20_000);
  expect(speed.perSecond).toBe(0);
});

it("forgets a pause", () => {
  const speed = new Speed(5_000);
  speed.sample(0, 0);
  speed.sample(1000, 5000);
  speed.clear();
  speed.sample(60_000, 5000);
  speed.sample(61_000, 8000);
  expect(speed.perSecond).toBe(3000);
});
