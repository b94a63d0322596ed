// The known answers on the page's own thread, and in a worker.
import * as core from "hubferry/core";
import { checkVectors } from "../../tests/vectors/core.mjs";

window.onPage = (files) => checkVectors(core, files);

window.inWorker = (files) =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }) =>
      data.error === undefined ? resolve(data.compared) : reject(new Error(data.error));
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage(files);
  });
