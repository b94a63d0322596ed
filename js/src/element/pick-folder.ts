/**
 * The browser's dialog for a folder that gives a handle: with it, a push can be continued after the page was closed without choosing
 * the folder again. Where there is none, or where it is forbidden (in the frame of another site), the usual input is the way.
 */

interface Pickers {
  showDirectoryPicker?: (options: { id: string; mode: "read" }) => Promise<FileSystemDirectoryHandle>;
}

/** Lets the person pick a folder; nothing when they did not. Must be called in the click. Never rejects. */
export async function pickFolder(): Promise<FileSystemDirectoryHandle | "no picker" | undefined> {
  const { showDirectoryPicker } = globalThis as Pickers;
  // Frames of other sites are refused; asking would use up the click that the input needs.
  if (showDirectoryPicker === undefined || !isSecureContext || window.top !== window) return "no picker";
  try {
    return await showDirectoryPicker.call(globalThis, { id: "hubferry", mode: "read" });
  } catch {
    // The person closed the dialog, or chose a folder that the browser keeps to itself.
    return undefined;
  }
}
