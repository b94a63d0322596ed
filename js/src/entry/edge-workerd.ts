/** The entry of `hubferry/edge` for workerd. */
import "./workerd.js";

export * from "../edge/index.js";
