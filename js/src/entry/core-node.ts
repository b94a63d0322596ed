/** The entry of `hubferry/core` for Node: the wasm from disk, digests by OpenSSL. */
import { nativeHashing } from "../node/hashing.js";
import { wasm, wasmNow } from "../node/wasm.js";
import { offerPlatform } from "../platform.js";

offerPlatform({ wasm, wasmNow, hashing: nativeHashing });

export * from "../core/index.js";
