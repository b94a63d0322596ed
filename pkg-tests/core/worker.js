import * as core from "hubferry/core";
import { checkVectors } from "../../tests/vectors/core.mjs";

onmessage = ({ data }) =>
  checkVectors(core, data).then(
    (compared) => postMessage({ compared }),
    (error) => postMessage({ error: error.stack ?? String(error) }),
  );
