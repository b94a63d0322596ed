/**
 * What a worker does, with an instance of the engine of its own: it is a lane of a pool, a lane or the authority of one push, or unpacks
 * downloads.
 *
 * It needs nothing but what is posted to it, and, in a push, the network. It is stopped by termination.
 */
import { engineHashing } from "./hashing.js";
import { perform } from "./lane.js";
import type { FromLane, Threads, ToLane } from "./messages.js";
import { Desk } from "./pack/desk.js";
import { Lane, type LaneParts } from "./pack/lane.js";
import { portOf } from "./pack/port.js";
import { serveUnpacking } from "../download/serve.js";
import { chooseTransport } from "../transport/choose.js";
import { DedupAuthority, initSync, Packer } from "../wasm/core.js";

/** Makes the packer of a lane. */
export type NewPacker = (...made: ConstructorParameters<typeof Packer>) => LaneParts["packer"];

const never = new AbortController().signal;

/** Does what the page says. `startThreads` starts the engine with threads where the worker's script has it. */
export function serve(startThreads?: (threads: Threads) => Promise<NewPacker>): void {
  let newPacker: NewPacker = (...made) => new Packer(...made);
  const start = async (module: WebAssembly.Module, threads: Threads | undefined): Promise<void> => {
    initSync({ module });
    if (threads === undefined) return;
    if (startThreads === undefined) throw new Error("this worker's script has no threads");
    newPacker = await startThreads(threads);
  };
  serveUnpacking({
    listen: (listener) => {
      addEventListener("message", listener);
    },
    post: (message, transfer) => {
      postMessage(message, { transfer });
    },
  });
  addEventListener("message", (event: MessageEvent<ToLane>) => {
    take(event.data);
  });
  const take = (message: ToLane): void => {
    switch (message.type) {
      case "hubferry:start":
        start(message.module, message.threads).then(
          () => {
            post({ type: "hubferry:ready" });
          },
          (error: unknown) => {
            post({ type: "hubferry:broken", message: error instanceof Error ? error.message : "unknown" });
          },
        );
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
          packer: newPacker(options.lane, options.xorbBytes, options.bodies, options.undecidedBytes),
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
  };
}

function post(message: FromLane): void {
  postMessage(message);
}
