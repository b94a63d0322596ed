// In workerd: the files are made here.
import { files } from "./files.js";
import { story } from "./story.js";

export default {
  async fetch(request) {
    const { seed, ...known } = await request.json();
    const folder = new Map([...files(seed)].map(([path, bytes]) => [path, new Blob([bytes])]));
    return Response.json(await story({ ...known, folder }));
  },
};
