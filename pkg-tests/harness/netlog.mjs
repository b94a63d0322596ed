// Every request that Chromium made, from its own network log: no debugger sees as much, workers and preflights included.
import { readFileSync } from "node:fs";

/** The flags that write the log; complete when the browser has been closed. */
export const netlogFlags = (file) => [`--log-net-log=${file}`, "--net-log-capture-mode=IncludeSensitive"];

/** The requests of pages and workers: `{ url, method, headers }`, headers as they went out, with names in lower case. */
export function requestsOf(file) {
  const { constants, events } = JSON.parse(readFileSync(file, "utf8"));
  const types = new Map(Object.entries(constants.logEventTypes).map(([name, number]) => [number, name]));
  const requests = new Map();
  for (const { type, source, params } of events) {
    const name = types.get(type);
    if (name === "URL_REQUEST_START_JOB" && params?.url !== undefined) {
      const known = requests.get(source.id) ?? [];
      known.push({ url: params.url, method: params.method, own: isOwn(params), headers: [] });
      requests.set(source.id, known);
    }
    if (name === "HTTP_TRANSACTION_SEND_REQUEST_HEADERS" && Array.isArray(params?.headers)) {
      const request = requests.get(source.id)?.at(-1);
      for (const line of request === undefined ? [] : params.headers) {
        const colon = line.indexOf(":");
        request.headers.push([line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]);
      }
    }
  }
  return [...requests.values()].flat().filter(({ own }) => !own);
}

/** Whether the browser asks for its own sake, as for updates: no page began it, and it is no page. */
function isOwn({ initiator, request_type: type }) {
  return initiator === "not an origin" && type !== "main frame";
}
