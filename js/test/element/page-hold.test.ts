import { describe, expect, it } from "vitest";
import { PageHold, type HeldPage } from "../../src/element/page-hold.js";

/** Knows what is listened to. */
class ScriptedWindow extends EventTarget {
  readonly listening = new Set<string>();

  override addEventListener(name: string, listen: EventListener): void {
    this.listening.add(name);
    super.addEventListener(name, listen);
  }

  override removeEventListener(name: string, listen: EventListener): void {
    this.listening.delete(name);
    super.removeEventListener(name, listen);
  }
}

class ScriptedPage {
  readonly window = new ScriptedWindow();
  readonly document = Object.assign(new EventTarget(), { visibilityState: "visible" });
  /** Locks that are held. */
  held = 0;
  asked = 0;
  refuses = false;

  readonly wakeLock = {
    request: async (): Promise<{ release(): Promise<void> }> => {
      this.asked += 1;
      await Promise.resolve();
      if (this.refuses) throw new DOMException("The battery is low", "NotAllowedError");
      this.held += 1;
      return {
        release: async () => {
          await Promise.resolve();
          this.held -= 1;
        },
      };
    },
  };

  async show(visible: boolean): Promise<void> {
    this.document.visibilityState = visible ? "visible" : "hidden";
    // The browser takes it back by itself.
    this.document.dispatchEvent(new Event("visibilitychange"));
    await settled();
  }

  /** Whether leaving would be asked about. */
  get asks(): boolean {
    return !this.window.dispatchEvent(new Event("beforeunload", { cancelable: true }));
  }

  get page(): HeldPage {
    return this as unknown as HeldPage;
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

describe("the page", () => {
  it("asks before it is left only while something would be lost", () => {
    const page = new ScriptedPage();
    const hold = new PageHold(page.page);
    expect(page.asks).toBe(false);
    hold.want({ warning: true, awake: false });
    hold.want({ warning: true, awake: false });
    expect(page.asks).toBe(true);
    hold.want({ warning: false, awake: false });
    expect([page.asks, page.window.listening.size]).toEqual([false, 0]);
  });
});

describe("the screen", () => {
  it("stays on while that is wanted, and is asked for once", async () => {
    const page = new ScriptedPage();
    const hold = new PageHold(page.page);
    for (let i = 0; i < 3; i += 1) hold.want({ warning: true, awake: true });
    await settled();
    expect([page.held, page.asked]).toEqual([1, 1]);
    hold.want({ warning: false, awake: false });
    await settled();
    expect(page.held).toBe(0);
  });

  it("is asked for again when the page is seen again", async () => {
    const page = new ScriptedPage();
    const hold = new PageHold(page.page);
    hold.want({ warning: true, awake: true });
    await settled();
    await page.show(false);
    expect(page.held).toBe(0);
    await page.show(true);
    expect([page.held, page.asked]).toEqual([1, 2]);
    hold.want({ warning: true, awake: false });
    await settled();
    await page.show(false);
    await page.show(true);
    expect([page.held, page.asked]).toEqual([0, 2]);
  });

  it("may go off where the browser refuses, or has no such thing", async () => {
    const page = new ScriptedPage();
    page.refuses = true;
    const hold = new PageHold(page.page);
    hold.want({ warning: true, awake: true });
    await settled();
    hold.want({ warning: false, awake: false });
    await settled();
    expect(page.held).toBe(0);
    const without = new PageHold({ ...page.page, wakeLock: undefined });
    expect(without.canKeepAwake).toBe(false);
    without.want({ warning: false, awake: true });
    expect(page.asked).toBe(1);
  });
});
