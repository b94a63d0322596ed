/**
 * Gives the memory of a read window back at once.
 *
 * A collector does not hurry because of a few large buffers: reading a file at full speed in Chromium it lets half a gigabyte of
 * them come together. A buffer that is posted to a port whose other end is closed goes with its message. (`transfer(0)` does
 * not help: the buffer is detached and no longer counted, but its memory stays until the collector comes, in Chromium 156.)
 * Where nothing can be handed over (workerd) it is left to the collector.
 */
let nowhere: MessagePort | undefined;

/** Makes the buffer unusable; it must belong to the caller alone, as the copies do that reading a platform's blob makes. */
export function release(buffer: ArrayBuffer): void {
  if (nowhere === undefined) {
    const { port1, port2 } = new MessageChannel();
    port2.close();
    nowhere = port1;
  }
  try {
    nowhere.postMessage(undefined, [buffer]);
  } catch {
    // It stays for a while.
  }
}
