/** The token in git's own credential helper, for people who clone and push by git too. */
import { spawn } from "node:child_process";
import type { Context } from "./context.js";

/** The name that git is given: the Hub looks at the token alone. */
const USER = "hf_user";

/** Gives the token to git. What git cannot keep is a warning. */
export async function approveCredential(hubUrl: string, token: string, { out }: Context): Promise<void> {
  const helpers = await git(["config", "--get-all", "credential.helper"], "");
  if (helpers.trim() === "") {
    out.warn(
      "git has no credential helper, so it was not given the token; `git config --global credential.helper store` sets one",
    );
    return;
  }
  await git(["credential", "approve"], `url=${hubUrl}\nusername=${USER}\npassword=${token}\n\n`);
}

/** Takes it away from git, where it has one. */
export async function rejectCredential(hubUrl: string): Promise<void> {
  await git(["credential", "reject"], `url=${hubUrl}\nusername=${USER}\n\n`);
}

/** What git says; nothing when there is no git. Never rejects. */
function git(words: readonly string[], input: string): Promise<string> {
  return new Promise((resolve) => {
    const environment = { ...process.env, GIT_TERMINAL_PROMPT: "0" };
    const child = spawn("git", words, { stdio: ["pipe", "pipe", "ignore"], env: environment });
    let said = "";
    child.stdout.on("data", (piece: Buffer) => (said += piece.toString()));
    child.stdin.on("error", () => undefined);
    child.once("error", () => {
      resolve("");
    });
    child.once("close", () => {
      resolve(said);
    });
    child.stdin.end(input);
  });
}
