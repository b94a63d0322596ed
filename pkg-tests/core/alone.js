import * as core from "hubferry/core";

globalThis.core = core;
