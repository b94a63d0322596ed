/** The entry of `hubferry/threads` where there are no pages: the default build. */
console.info("hubferry/threads: threads are for web pages; files are pushed by the default build");

export * from "./node.js";
