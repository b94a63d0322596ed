import { uploadFiles } from "@huggingface/hub";
import { measure } from "./measure.js";

window.push = (options) => measure((files) => uploadFiles({ ...options, files, useXet: true, useWebWorkers: true }));
