/** The entry of `hubferry/edge` for Node. */
import "./node.js";

export * from "../edge/index.js";
