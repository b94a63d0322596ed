/**
 * All that computes and packs on the caller's own thread. Only `choose.ts` imports it, and late: a page whose workers come up never loads
 * it, as its workers bring the same code in their own script.
 */
import { engineHashing } from "./hashing.js";
import { InPlace } from "./inplace.js";
import { crewInPlace } from "./pack/crew-in-place.js";
import type { Crew } from "./pack/crew.js";
import type { Compute } from "./task.js";
import { platform } from "../platform.js";

/** Does tasks here. */
export function computeHere(): Compute {
  return new InPlace(platform().hashing ?? engineHashing);
}

/** Packs here. */
export function crewHere(): Crew {
  const { hashing } = platform();
  return crewInPlace(hashing ?? engineHashing, hashing === undefined);
}
