// No more requests wait for headers at a time than a platform allows.
import { expect, it } from "vitest";
import { Slots } from "../../src/edge/slots.js";

const never = new AbortController().signal;

it("six are in the air, and the next go in their order when one is answered", async () => {
  const slots = new Slots();
  const held = await Promise.all(Array.from({ length: 6 }, () => slots.take(never)));
  const order: string[] = [];
  const seventh = slots.take(never).then((give) => (order.push("seventh"), give));
  const eighth = slots.take(never).then((give) => (order.push("eighth"), give));
  await Promise.resolve();
  expect(order).toEqual([]);
  held[0]?.();
  held[0]?.();
  const give = await seventh;
  await new Promise((resolve) => setTimeout(resolve));
  // Given back twice counts once.
  expect(order).toEqual(["seventh"]);
  give();
  await eighth;
});

it("who is stopped while waiting takes nobody's place", async () => {
  const slots = new Slots(1);
  const give = await slots.take(never);
  const stop = new AbortController();
  const stopped = slots.take(stop.signal);
  const next = slots.take(never);
  stop.abort(new Error("enough"));
  await expect(stopped).rejects.toThrow("enough");
  give();
  (await next)();
  (await slots.take(never))();
});
