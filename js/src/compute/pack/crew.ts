/** Who packs for a push: lanes and their authority. Here they have workers of their own. */
import type { FromDesk, FromLane, LaneOptions, ToAuthority, ToDesk, ToLane, Verdicts } from "./messages.js";
import { portOf, type Line, type Port } from "./port.js";
import { LaneWorker } from "../lane-worker.js";
import type { Threads } from "../messages.js";
import { startLane } from "../start.js";

/** One of them, as the page sees it. */
export interface Seat<In, Out> {
  readonly port: Port<In, Out>;
  /** Resolves when it is gone, by itself or by `stop`. */
  readonly ended: Promise<void>;
  /** Ends it in the middle of whatever it does. */
  stop(): void;
}

/** A place for a lane. */
export type LaneSeat = Seat<FromLane, ToLane>;

/** The place of the authority. */
export type DeskSeat = Seat<FromDesk, ToDesk>;

/** Whoever gives seats. None is given where no worker comes up. */
export interface Crew {
  /** Lanes that are worth having side by side. */
  readonly lanes: number;
  /** Whether two lanes can work on one file. */
  readonly canHelp: boolean;
  desk(indexBytes: number, signal: AbortSignal): Promise<DeskSeat | undefined>;
  lane(
    options: LaneOptions,
    authority: Line<Verdicts, ToAuthority>,
    signal: AbortSignal,
  ): Promise<LaneSeat | undefined>;
  /** A line between a lane and the authority. */
  line(): AuthorityLine;
}

/** Both ends: the lane's, and the authority's. */
export interface AuthorityLine {
  readonly near: Line<Verdicts, ToAuthority>;
  readonly far: Line<ToAuthority, Verdicts>;
}

/** What makes lanes of workers. */
export interface CrewOfWorkers {
  /** Lanes that are worth having side by side. */
  readonly lanes: number;
  readonly spawn: () => Worker;
  readonly module: WebAssembly.Module;
  /** Threads within each lane; the authority needs none. */
  readonly threads?: ThreadsOfLanes;
}

/** How lanes come to threads. */
export interface ThreadsOfLanes extends Threads {
  /** Starts a worker whose script has threads. */
  readonly spawn: () => Worker;
  /** Told that a lane did not come up. */
  readonly onFailed: () => void;
}

/** Lanes in workers. */
export function crewOfWorkers({ lanes, spawn, module, threads }: CrewOfWorkers): Crew {
  const start = async (signal: AbortSignal, own?: ThreadsOfLanes): Promise<LaneWorker | undefined> => {
    const shared = own && { module: own.module, count: own.count };
    const make = (): LaneWorker => {
      const worker = new LaneWorker((own?.spawn ?? spawn)(), module, shared);
      const stop = (): void => {
        worker.stop();
      };
      signal.addEventListener("abort", stop);
      void worker.ended.then(() => {
        signal.removeEventListener("abort", stop);
      });
      return worker;
    };
    const worker = await startLane(make, signal);
    if (worker === undefined && !signal.aborted) own?.onFailed();
    return worker;
  };
  const seat = <In, Out>(worker: LaneWorker, near: MessagePort): Seat<In, Out> => {
    const port = portOf<In, Out>(near);
    // A worker that is killed from outside says nothing; but its end of the line closes.
    near.addEventListener("close", () => {
      worker.stop();
    });
    void worker.ended.then(() => {
      port.close();
    });
    return {
      port,
      ended: worker.ended,
      stop: () => {
        worker.stop();
      },
    };
  };
  return {
    lanes,
    // With threads, a lane makes the digest beside the chunks by itself.
    canHelp: threads === undefined,
    desk: async (indexBytes, signal) => {
      const worker = await start(signal);
      const { port1, port2 } = new MessageChannel();
      worker?.post({ type: "hubferry:authority", indexBytes, page: port2 }, [port2]);
      return worker && seat(worker, port1);
    },
    lane: async (options, authority, signal) => {
      const worker = await start(signal, threads);
      if (worker === undefined || !(authority instanceof MessagePort)) return undefined;
      const { port1, port2 } = new MessageChannel();
      worker.post({ type: "hubferry:lane", options, page: port2, authority }, [port2, authority]);
      return seat(worker, port1);
    },
    line: () => {
      const { port1, port2 } = new MessageChannel();
      return { near: port1, far: port2 };
    },
  };
}
