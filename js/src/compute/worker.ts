/**
 * The script of a hashing worker: one lane with an instance of the engine of its own.
 *
 * It needs nothing but what the pool posts to it: no network, no storage. It is stopped by termination.
 */
import { engineHashing } from "./hashing.js";
import { perform } from "./lane.js";
import type { FromLane, ToLane } from "./messages.js";
import { initSync } from "../wasm/core.js";

const never = new AbortController().signal;

function post(message: FromLane): void {
  postMessage(message);
}

addEventListener("message", (event: MessageEvent<ToLane>) => {
  const message = event.data;
  switch (message.type) {
    case "hubferry:start":
      try {
        initSync({ module: message.module });
        post({ type: "hubferry:ready" });
      } catch (error) {
        post({ type: "hubferry:broken", message: error instanceof Error ? error.message : "unknown" });
      }
      break;
    case "hubferry:task": {
      const onProgress = (bytes: number): void => {
        post({ type: "hubferry:progress", bytes });
      };
      void perform(message.task, engineHashing, { signal: never, onProgress }).then((done) => {
        post({ type: "hubferry:done", done });
      });
      break;
    }
  }
});
