// Under a runtime with a disk: pushes a folder by its path. What it is told and what it found are JSON.
import process from "node:process";
import { story } from "./story.js";

console.log(JSON.stringify(await story(JSON.parse(process.argv[2]))));
