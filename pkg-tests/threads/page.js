import { uploadFiles } from "hubferry/threads";

/** Begins a push of the chosen files, and aborts it once bytes of a file have been read; gives the name of its error. */
window.abort = async (options) => {
  const files = [...document.getElementById("files").files].map((file) => ({ path: file.name, content: file }));
  const job = uploadFiles({ ...options, files, useXet: true });
  const ended = job.then(
    () => "it was pushed",
    (error) => error.name,
  );
  for await (const event of job) if (event.event === "fileProgress" && event.progress > 0) break;
  job.abort();
  return await ended;
};

/** Pushes the chosen files; gives the result as plain values. */
window.push = async (options) => {
  const files = [...document.getElementById("files").files].map((file) => ({ path: file.name, content: file }));
  const { commit, files: pushed } = await uploadFiles({ ...options, files, useXet: true });
  return {
    commit: commit.oid,
    files: pushed.map(({ path, oid, xetHash, state }) => ({ path, oid, xetHash, state })),
    isolated: crossOriginIsolated,
  };
};
