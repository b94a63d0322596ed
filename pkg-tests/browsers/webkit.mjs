// WebKit, by the small browser of WebKitGTK.
import { miniBrowser, temporaryFolder } from "../harness/environment.mjs";
import { startDisplay } from "./display.mjs";
import { open as start, versionOf } from "./start.mjs";

export const name = "WebKitGTK";

/** Its version, which it tells on a display only. */
export async function version() {
  const display = await startDisplay();
  try {
    return versionOf(miniBrowser(), environment(display));
  } finally {
    await display.stop();
  }
}

/** Opens a page. */
export async function open(url) {
  const display = await startDisplay();
  const opened = start([miniBrowser(), "--private", url], environment(display));
  return {
    ...opened,
    async close() {
      await opened.close();
      await display.stop();
    },
  };
}

function environment(display) {
  const home = temporaryFolder("webkit");
  return {
    HOME: home,
    XDG_RUNTIME_DIR: home,
    DISPLAY: display.name,
    GDK_BACKEND: "x11",
    LIBGL_ALWAYS_SOFTWARE: "1",
    WEBKIT_DISABLE_COMPOSITING_MODE: "1",
  };
}
