import { defineConfig } from "vite";

/**
 * Where the page may send to: itself (the embedded Hub serves it), the public Hub with its stores, and the loopback hosts that
 * the embedded Hub uses. Set HUBFERRY_CONNECT_SRC at build time for another Hub.
 */
const CONNECT_SRC = [
  "'self'",
  "https://huggingface.co",
  "https://*.huggingface.co",
  "https://*.hf.co",
  "https://*.amazonaws.com",
  "http://127.0.0.1:*",
  "http://127.0.0.2:*",
  "http://127.0.0.3:*",
  "http://localhost:*",
].join(" ");

export default defineConfig({
  // Relative addresses: the page works in any folder of any static host.
  base: "./",
  build: {
    target: "es2022",
    // A strict policy refuses data: addresses, so the worker and the wasm stay files of their own.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  worker: { format: "es" },
  plugins: [
    {
      name: "connect-src",
      transformIndexHtml: (html) =>
        html.replace("%HUBFERRY_CONNECT_SRC%", process.env["HUBFERRY_CONNECT_SRC"] ?? CONNECT_SRC),
    },
  ],
});
