/** What a request may bring: how much, and of which kind. */
import { InvalidInputError } from "../errors.js";
import { Refusal } from "./refusal.js";

/** Limits of one upload. */
export interface Limits {
  /** Most bytes of a file. */
  maxSize?: number | undefined;
  /** Media types that are taken, such as `image/png` or `image/*`. @default any */
  contentTypes?: readonly string[] | undefined;
}

/** Most bytes, unless the caller says otherwise: what is tried to the full in the tests. */
export const MAX_SIZE = 1024 ** 3;

/** Most bytes that both allow. */
export function leastMaxSize({ maxSize = MAX_SIZE }: Limits, granted: Limits): number {
  return Math.min(maxSize, granted.maxSize ?? Infinity);
}

/** Errors: `invalid_input`. */
export function checkLimits({ maxSize, contentTypes }: Limits): void {
  if (maxSize !== undefined && !(Number.isSafeInteger(maxSize) && maxSize >= 0)) {
    throw new InvalidInputError("maxSize must be a whole number of bytes");
  }
  const types: unknown = contentTypes;
  if (types !== undefined && !(Array.isArray(types) && types.every(isType))) {
    throw new InvalidInputError('contentTypes must be a list of media types, such as ["image/*"]');
  }
}

/** Errors: {@link Refusal}. */
export function checkType(contentType: string | null, contentTypes: readonly string[] | undefined): void {
  if (contentTypes === undefined) return;
  const type = (contentType ?? "").replace(/;.*$/s, "").trim().toLowerCase();
  const isTaken = contentTypes.map((one) => one.toLowerCase()).some((one) => matches(type, one));
  if (!isTaken)
    throw new Refusal("unsupported_type", `Files of this type are not taken; send one of ${contentTypes.join(", ")}`);
}

/** Errors: {@link Refusal}. */
export function checkSize(size: number, maxSize: number): void {
  if (size > maxSize) throw new Refusal("too_large", `A file may have at most ${maxSize} bytes`);
}

function isType(type: unknown): boolean {
  return typeof type === "string" && /^[^\s/]+\/[^\s/]+$/.test(type);
}

function matches(type: string, wanted: string): boolean {
  if (wanted === "*/*") return type !== "";
  return wanted.endsWith("/*") ? type.startsWith(wanted.slice(0, -1)) : type === wanted;
}
