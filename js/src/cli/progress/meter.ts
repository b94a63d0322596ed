/** How far a command is, shown as well as the place where it is shown allows: a bar on a terminal, a line now and then elsewhere. */
import type { Context } from "../context.js";

/** How far something is. */
export interface Gauge {
  /** 0 to 1. */
  readonly fraction: number;
  /** Numbers for people, on one line. */
  readonly text: string;
}

/** Shows it. */
export interface Meter {
  show(gauge: Gauge): void;
  /** Takes away what would be in the way of what comes after. */
  end(): void;
}

/** The meter for this place. Whoever takes it ends it. */
export async function openMeter({ settings, out, streams }: Context): Promise<Meter> {
  if (out.mode !== "human" || !settings.showsProgress) return { show: () => undefined, end: () => undefined };
  const { stderr } = streams;
  if (stderr.isTTY === true && !settings.isDumb) {
    const { BarMeter } = await import("./bar.js");
    return new BarMeter(out, stderr);
  }
  const { LineMeter } = await import("./lines.js");
  return new LineMeter(out);
}
