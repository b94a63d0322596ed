// The stages run in a worker, as they do in a push; the page only passes on what it is asked.
const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });

window.ask = (question) =>
  new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => (data.error === undefined ? resolve(data.answer) : reject(new Error(data.error)));
    worker.onerror = (event) => reject(new Error(event.message));
    worker.postMessage(question);
  });
