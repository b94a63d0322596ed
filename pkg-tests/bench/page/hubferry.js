import { uploadFiles } from "hubferry";
import { measure } from "./measure.js";

window.push = (options) => measure((files) => uploadFiles({ ...options, files }));
