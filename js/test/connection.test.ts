// Whether the device has a connection, as the platform tells it; and what is not believed for ever.
import { afterEach, describe, expect, it, vi } from "vitest";
import { watchConnection } from "../src/connection.js";

/** A page or worker that says whether it is connected. */
class Platform {
  readonly navigator: { onLine: boolean } = { onLine: true };
  readonly #events = new EventTarget();

  constructor() {
    vi.stubGlobal("navigator", this.navigator);
    vi.stubGlobal("addEventListener", this.#events.addEventListener.bind(this.#events));
    vi.stubGlobal("removeEventListener", this.#events.removeEventListener.bind(this.#events));
  }

  /** Changes, and says so by an event. */
  go(word: "online" | "offline"): void {
    this.navigator.onLine = word === "online";
    this.#events.dispatchEvent(new Event(word));
  }
}

function watch(): { told: boolean[]; watch: ReturnType<typeof watchConnection> } {
  const told: boolean[] = [];
  return { told, watch: watchConnection((online) => told.push(online)) };
}

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("the watch over the connection", () => {
  it("tells of each change once, and of none after the end", () => {
    const platform = new Platform();
    const { told, watch: watching } = watch();
    platform.go("offline");
    platform.go("offline");
    platform.go("online");
    platform.go("offline");
    watching.stop();
    platform.go("online");
    expect(told).toEqual([false, true, false]);
  });

  it("does not take a device for offline before something has failed", () => {
    const platform = new Platform();
    platform.navigator.onLine = false;
    const { told, watch: watching } = watch();
    expect(told).toEqual([]);
    watching.look();
    expect(told).toEqual([false]);
    watching.stop();
  });

  it("does not take a failure for a lost connection where there is one", () => {
    new Platform();
    const { told, watch: watching } = watch();
    watching.look();
    expect(told).toEqual([]);
    watching.stop();
  });

  it("believes nobody for longer than a minute", () => {
    vi.useFakeTimers();
    const platform = new Platform();
    const { told, watch: watching } = watch();
    platform.go("offline");
    vi.advanceTimersByTime(59_999);
    expect(told).toEqual([false]);
    vi.advanceTimersByTime(1);
    expect(told).toEqual([false, true]);
    watching.look();
    vi.advanceTimersByTime(60_000);
    expect(told, "it failed, so there is none for another minute").toEqual([false, true, false, true]);
    watching.stop();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("lets somebody know better, until it is said again", () => {
    const platform = new Platform();
    const { told, watch: watching } = watch();
    platform.go("offline");
    watching.assume();
    watching.look();
    expect(told).toEqual([false, true, false]);
    watching.stop();
  });

  it("says nothing where the platform says nothing, as in Node", () => {
    vi.stubGlobal("navigator", {});
    const { told, watch: watching } = watch();
    watching.look();
    watching.stop();
    expect(told).toEqual([]);
  });
});
