/**
 * A runtime of edge functions: no workers, no disk, no place for a stream, one memory for all requests of an isolate.
 *
 * Compiling wasm from bytes is forbidden there, so it comes compiled.
 */
import { EdgeTransport } from "./transport.js";
import { nativeHashing } from "./hashing.js";
import type { Platform } from "../platform.js";
import { BUFFERED_BYTES, checkFresh } from "../source/stream.js";
import { Once, OnceBlob } from "../source/once.js";

/**
 * The engine's budget for one push. It makes the smallest xorbs that there are, of 8 MiB: one is filled, one is sent, and with what is not
 * decided yet and the index of chunks that is less than 32 MB of an isolate's 128.
 */
const BUDGET_BYTES = 16 * 1024 * 1024;

/** The platform of such a runtime. */
export function edgePlatform(module: WebAssembly.Module): Platform {
  const hashing = nativeHashing();
  return {
    wasm: () => module,
    wasmNow: () => module,
    passing: (stream, intake) => {
      const { size = 0, sha256 } = intake;
      if (size <= BUFFERED_BYTES) return undefined;
      checkFresh(stream, intake);
      return new OnceBlob(new Once(stream, { size, sha256 }));
    },
    transport: (fetch) => new EdgeTransport(fetch),
    spec: { bufferBudgetBytes: BUDGET_BYTES },
    ...(hashing && { hashing }),
  };
}
