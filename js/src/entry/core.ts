/** The entry of `hubferry/core` for browsers, pages and workers. */
import { offerPlatform } from "../platform.js";

// Bundlers know this spelling by sight: it must stay literal.
offerPlatform({ wasm: () => new URL("../wasm/core_bg.wasm", import.meta.url) });

export * from "../core/index.js";
