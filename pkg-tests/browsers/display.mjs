// A display without a screen, for browsers that want one.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** Starts one under a number that is free; `name` is what programs are to be told of it. */
export async function startDisplay() {
  const child = spawn("Xvfb", ["-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text) => (said = `${said}${text}`.slice(-4000)));
  // When it is told to end, it takes away what it has put into the folder for temporary files.
  const end = () => child.kill("SIGTERM");
  process.once("exit", end);
  const ended = new Promise((resolve) => child.once("close", resolve).once("error", resolve));
  const number = new Promise((resolve) => createInterface({ input: child.stdout }).once("line", resolve));
  const gone = ended.then((reason) => Promise.reject(new Error(`Xvfb ended with ${reason}: ${said}`)));
  return {
    name: `:${await Promise.race([number, gone])}`,
    async stop() {
      process.off("exit", end);
      end();
      await ended;
    },
  };
}
