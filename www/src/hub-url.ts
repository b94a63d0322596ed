/** Which Hub this page pushes to. */

const PUBLIC_HUB = "https://huggingface.co";

/** The header by which the embedded Hub says that it serves this page. */
const HUB_HEADER = "x-hubferry-local-hub";

/**
 * The page's own origin when the embedded Hub serves it, else the public Hub.
 *
 * Not from the address of the page: a link could then lead somebody's token to a stranger.
 */
export async function hubUrl(): Promise<string> {
  try {
    const own = await fetch(location.href, { method: "HEAD", cache: "no-store" });
    if (own.headers.has(HUB_HEADER)) return location.origin;
  } catch {
    // Opened from a file, or the server does not answer HEAD: no Hub of ours.
  }
  return PUBLIC_HUB;
}
