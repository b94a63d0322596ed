// Firefox without a window, with a profile of its own that asks nobody anything.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { firefox, temporaryFolder } from "../harness/environment.mjs";
import { open as start, versionOf } from "./start.mjs";

const SETTINGS = {
  "app.normandy.enabled": false,
  "app.update.enabled": false,
  "browser.aboutwelcome.enabled": false,
  "browser.safebrowsing.malware.enabled": false,
  "browser.shell.checkDefaultBrowser": false,
  "datareporting.policy.dataSubmissionEnabled": false,
  "extensions.update.enabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "services.settings.server": "",
  "toolkit.telemetry.reportingpolicy.firstRun": false,
};

export const name = "Firefox";
export const version = () => versionOf(firefox());

/** Opens a page. */
export function open(url) {
  const profile = temporaryFolder("firefox");
  const lines = Object.entries(SETTINGS).map(([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});\n`);
  writeFileSync(join(profile, "user.js"), lines.join(""));
  return start([firefox(), "--headless", "--no-remote", "--profile", profile, url], { HOME: profile });
}
