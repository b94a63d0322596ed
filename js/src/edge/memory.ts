/** The engine's memory, for those who look at it between calls: it never shrinks, and growth makes another buffer of it. */
import { initSync } from "../wasm/core.js";

/** Nothing while the engine does not run. */
export function engineMemory(): WebAssembly.Memory | undefined {
  try {
    // An engine that runs is not started again.
    return (initSync as unknown as () => { memory: WebAssembly.Memory })().memory;
  } catch {
    return undefined;
  }
}
