/**
 * Ends the wait for bytes that never come: a file that lies in a cloud and is fetched when somebody reads it, a share whose server is
 * away. Systems may take their time for that, and some never answer.
 *
 * Whoever asks a system for something of a file asks through here. What is given up goes on without us: no system lets a read be stopped.
 */
import { HubferryError } from "../errors.js";

/** Minutes for one answer. A push in which nothing is read for three minutes ends as a whole; one file must not bring it there. */
const READ_MINUTES = 2;

/** Waits for an answer about a file, but not for ever. Errors: `file_unreadable`, and what the answer brings. */
export async function inTime<T>(answer: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const message =
      `nothing has come of it for ${READ_MINUTES} minutes: ` +
      `if it lies in a cloud or on another machine, have it on this device and try again`;
    timer = setTimeout(() => {
      reject(new HubferryError("file_unreadable", message));
    }, READ_MINUTES * 60_000);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
