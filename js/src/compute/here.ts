/**
 * All that computes and packs on the caller's own thread. Pages import it late, in `choose.ts`: a page whose workers come up never loads
 * it, as its workers bring the same code in their own script.
 */
import { engineHashing } from "./hashing.js";
import { InPlace } from "./inplace.js";
import { crewInPlace } from "./pack/crew-in-place.js";
import type { Hashing } from "./lane.js";
import type { Crew } from "./pack/crew.js";
import type { Compute } from "./task.js";
import { platform } from "../platform.js";
import type { Transport } from "../transport/transport.js";

/** Does tasks here. */
export function computeHere(): Compute {
  return new InPlace(hashingHere());
}

/** Packs here, and sends by this transport. */
export function crewHere(transport: Transport): Crew {
  return crewInPlace(hashingHere(), platform().hashing === undefined, transport);
}

/** Hashing on this thread, by the platform where it does that; the engine must have been started. */
export function hashingHere(): Hashing {
  return platform().hashing ?? engineHashing;
}
