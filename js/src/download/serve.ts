/** The side of a worker that unpacks: what it is asked for, and what it answers. Its engine is started by whoever made it. */
import { unpack, type UnpackTask, type Unpacked } from "./unpack.js";

/** A task for the worker. */
export interface ToUnpack {
  readonly type: "hubferry:unpack";
  readonly id: number;
  readonly task: UnpackTask;
}

/** What became of it. */
export type FromUnpack =
  | { readonly type: "hubferry:unpacked"; readonly id: number; readonly unpacked: Unpacked }
  /** `error`: what the engine threw, or a sentence. */
  | { readonly type: "hubferry:spoilt"; readonly id: number; readonly error: unknown };

/** The worker's ears and mouth. */
interface Scope {
  listen(listener: (event: MessageEvent<ToUnpack | { readonly type: undefined }>) => void): void;
  post(message: FromUnpack, transfer: ArrayBuffer[]): void;
}

/** Answers tasks from now on. */
export function serveUnpacking(scope: Scope): void {
  scope.listen(({ data }) => {
    if (data.type !== "hubferry:unpack") return;
    const { id, task } = data;
    try {
      const unpacked = unpack(task);
      const transfer = [unpacked.bytes.buffer, unpacked.hashes.buffer];
      scope.post({ type: "hubferry:unpacked", id, unpacked }, transfer);
    } catch (error) {
      scope.post({ type: "hubferry:spoilt", id, error: error instanceof Error ? error.message : error }, []);
    }
  });
}
