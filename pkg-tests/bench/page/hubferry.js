import { uploadFiles } from "hubferry";
import { measure } from "./measure.js";
import { stop } from "./stop.js";

window.push = (options) => measure((files) => uploadFiles({ ...options, files }));
window.stop = ({ options, ...when }) => stop((files) => uploadFiles({ ...options, files }), when);
