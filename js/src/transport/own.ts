/** The transport of a job: the platform's own way where it has one. Not for workers, which have no platform. */
import { chooseTransport } from "./choose.js";
import type { Fetch } from "./fetch.js";
import type { Transport } from "./transport.js";
import { platform } from "../platform.js";

/** As {@link chooseTransport}. */
export function ownTransport(userFetch: Fetch | undefined): Transport {
  return (platform().transport ?? chooseTransport)(userFetch);
}
