/** Reads an answer's body up to a size that its reader can bear. */
import { Lost } from "./transport.js";

/**
 * The whole body.
 *
 * Errors: {@link Lost} for a longer one, which is not read further; what the platform throws.
 */
export async function readCapped(response: Response, mostBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  const reader = response.body?.getReader();
  for (let read = await reader?.read(); read?.done === false; read = await reader?.read()) {
    length += read.value.length;
    if (length > mostBytes) {
      await reader?.cancel();
      throw new Lost("unsupported", `the answer has more than ${mostBytes} bytes`);
    }
    pieces.push(read.value);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
