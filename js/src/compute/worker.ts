/**
 * The script of a worker, with an instance of the engine of its own: a lane of a pool, a lane or
 * the authority of one push, or who unpacks downloads.
 *
 * It needs nothing but what is posted to it, and, in a push, the network. It is stopped by termination.
 */
import { engineHashing } from "./hashing.js";
import { perform } from "./lane.js";
import type { FromLane, ToLane } from "./messages.js";
import { Desk } from "./pack/desk.js";
import { Lane } from "./pack/lane.js";
import { portOf } from "./pack/port.js";
import { serveUnpacking } from "../download/serve.js";
import { chooseTransport } from "../transport/choose.js";
import { DedupAuthority, initSync, Packer } from "../wasm/core.js";

const never = new AbortController().signal;

serveUnpacking({
  listen: (listener) => {
    addEventListener("message", listener);
  },
  post: (message, transfer) => {
    postMessage(message, { transfer });
  },
});

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
    case "hubferry:lane": {
      const { options } = message;
      new Lane({
        options,
        packer: new Packer(options.lane, options.xorbBytes, options.bodies),
        hashing: engineHashing,
        hashesBeside: false,
        transport: chooseTransport(undefined),
        page: portOf(message.page),
        authority: portOf(message.authority),
      });
      break;
    }
    case "hubferry:authority": {
      const authority = new DedupAuthority(message.indexBytes);
      new Desk({ authority, transport: chooseTransport(undefined), page: portOf(message.page) });
      break;
    }
  }
});
