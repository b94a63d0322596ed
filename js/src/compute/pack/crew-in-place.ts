/** A lane and its authority on this very thread. */
import type { Crew, Seat } from "./crew.js";
import { Desk } from "./desk.js";
import { Lane } from "./lane.js";
import type { FromDesk, FromLane, ToAuthority, ToDesk, ToLane, Verdicts } from "./messages.js";
import { localLine, portOf, type Port } from "./port.js";
import type { Hashing } from "../lane.js";
import type { Transport } from "../../transport/transport.js";
import { DedupAuthority, Packer } from "../../wasm/core.js";

/** One lane on this thread, with hashing that is or is not the engine's own, that sends by this transport. */
export function crewInPlace(hashing: Hashing, isEngines: boolean, transport: Transport): Crew {
  return {
    lanes: 1,
    canHelp: false,
    desk: (indexBytes, signal) => {
      const [port, page] = localLine<FromDesk, ToDesk>();
      const desk = new Desk({ authority: new DedupAuthority(indexBytes), transport, page });
      return Promise.resolve(seatHere(port, desk, signal));
    },
    lane: (options, line, signal) => {
      const [port, page] = localLine<FromLane, ToLane>();
      const packer = new Packer(options.lane, options.xorbBytes, options.bodies, options.undecidedBytes);
      const authority = portOf(line);
      const lane = new Lane({ options, packer, hashing, hashesBeside: !isEngines, transport, page, authority });
      return Promise.resolve(seatHere(port, lane, signal));
    },
    line: () => {
      const [near, far] = localLine<Verdicts, ToAuthority>();
      return { near, far };
    },
  };
}

function seatHere<In, Out>(port: Port<In, Out>, worker: { stop(): void }, signal: AbortSignal): Seat<In, Out> {
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const stop = (): void => {
    signal.removeEventListener("abort", stop);
    worker.stop();
    port.close();
    end();
  };
  signal.addEventListener("abort", stop);
  return { port, ended, stop };
}
