// A page whose bundler finds the package's files by itself.
import { files } from "./files.js";
import { story } from "./story.js";

/** Pushes the chosen folder; without one, the same from memory. */
window.push = ({ seed, ...known }) => {
  const chosen = document.querySelector("#folder").files;
  const made = () => new Map([...files(seed)].map(([path, bytes]) => [path, new File([bytes], path)]));
  return story({ ...known, folder: chosen.length > 0 ? chosen : made() });
};

// Where nobody drives the browser, the address says what is to be pushed, and the page's own server is told what came of it.
const asked = new URLSearchParams(location.search).get("push");
if (asked !== null) {
  void window
    .push(JSON.parse(asked))
    .catch((error) => ({ failed: `${error}` }))
    .then((told) => fetch("/told", { method: "POST", body: JSON.stringify(told) }));
}
