/** The entry of `hubferry/edge` for edge functions that ask for compiled wasm by `?module`. */
import "./edge-light.js";

export * from "../edge/index.js";
