/**
 * One call of the Hub's API: the engine builds the request, judges the answer and repeats what may be repeated.
 */
import { linkedController, orAborted } from "../abort.js";
import { Driver, type Machine } from "../driver.js";
import { engine } from "../engine.js";
import { WholeBody } from "../download/whole-body.js";
import { InvalidApiResponseFormatError, toError } from "../errors.js";
import { JobIo, type Kept } from "../io.js";
import { ownTransport } from "../transport/own.js";
import { hubSpec, newSeed, type HubParams } from "./params.js";
import { CallHandle } from "../wasm/core.js";
import type { Answers, Ask } from "../wire.js";

/** What a question is answered with. */
export type AnswerOf<A extends Ask> = Answers[A["type"]];

/**
 * Makes a call.
 *
 * Errors: the engine's, or the reason of `abortSignal`.
 */
export function call<A extends Ask>(params: HubParams, ask: A): Promise<AnswerOf<A>> {
  return callWith(params, ask, (answer) => answer);
}

/** As {@link call}, and does something with the answer while the call can still be aborted; `kept` is a body left unread. */
export async function callWith<A extends Ask, R>(
  params: HubParams,
  ask: A,
  conclude: (answer: AnswerOf<A>, kept: Kept | undefined) => R | Promise<R>,
  transport = ownTransport(params.fetch),
): Promise<R> {
  const { controller, release } = linkedController(params.abortSignal);
  const { signal } = controller;
  const run = async (): Promise<R> => {
    const machine = await openCall(params, ask);
    const io = new JobIo(transport);
    // A body that is being read is not a step any more.
    signal.addEventListener("abort", () => io.kept?.stop());
    return await new Driver<AnswerOf<A>, Machine<AnswerOf<A>>>(machine, io).run({
      signal,
      conclude: (answer) => conclude(answer, io.kept),
    });
  };
  try {
    return await orAborted(run(), signal);
  } finally {
    release();
  }
}

/**
 * As {@link call}, and brings the answer's body, which must be `length` bytes long. One that breaks is asked for again.
 *
 * Errors: also `protocol` when the body is longer.
 */
export function callBytes(params: HubParams, ask: Ask, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const transport = new WholeBody(ownTransport(params.fetch), length);
  const conclude = (): Uint8Array<ArrayBuffer> => {
    if (transport.bytes !== undefined) return transport.bytes;
    throw new InvalidApiResponseFormatError(`More than the ${length} bytes came that were asked for`);
  };
  return callWith(params, ask, conclude, transport);
}

async function openCall<A extends Ask>(params: HubParams, ask: A): Promise<Machine<AnswerOf<A>>> {
  await engine();
  try {
    // Which question brings which answer is said in the engine's types, but not by the handle's.
    return new CallHandle({ ...hubSpec(params), ask }, newSeed()) as Machine<AnswerOf<A>>;
  } catch (error) {
    throw toError(error);
  }
}
