/**
 * The words of the command line: every command with its arguments and options, and nothing of what they do. Each command is a module that
 * is loaded when it is asked for.
 */
import { Command, InvalidArgumentError, Option } from "commander";
import type { DownloadOptions } from "./commands/download.js";
import type { LoginOptions } from "./commands/login.js";
import type { CreateOptions } from "./commands/repos-create.js";
import type { DeleteOptions } from "./commands/repos-delete.js";
import type { DeleteFilesOptions } from "./commands/repos-delete-files.js";
import type { UploadLargeFolderOptions } from "./commands/upload-large-folder.js";
import type { UploadOptions } from "./commands/upload.js";
import type { CommonOptions, Context } from "./context.js";
import { REPO_TYPES } from "./target.js";

/** The parser. `onError` is given what it says of words that it cannot read. */
export function program(version: string, context: Context, onError: (text: string) => void): Command {
  const root = new Command("hubferry")
    .description("Push files and folders to the Hugging Face Hub, and bring them back")
    .version(version)
    .configureOutput({ writeOut: (text) => context.streams.stdout.write(text), writeErr: onError })
    .showHelpAfterError("Add --help to see what it takes")
    .exitOverride();

  command(root, "upload", "Upload a file or a folder; run it again to go on where it was interrupted")
    .argument("<repo_id>", "user/name, or an address such as hf://datasets/user/name@revision/path")
    .argument("[local_path]", "file, folder or pattern (default: the file or folder of the repo's name)")
    .argument("[path_in_repo]", "where it goes (default: the file's name, or the root)")
    .addOption(repoType())
    .option("--revision <revision>", "branch, made when it is missing (default: main)")
    .option("--private", "make the repo private, if it has to be made")
    .addOption(list("--include <pattern>", "only files that match; repeatable"))
    .addOption(list("--exclude <pattern>", "no files that match; repeatable"))
    .addOption(list("--delete <pattern>", "files of the repo to delete in the same commit; repeatable"))
    .option("--commit-message <text>", "first line of the commit's message")
    .option("--commit-description <text>", "the rest of the message")
    .option("--create-pr", "open a pull request with it")
    .option("--every <minutes>", "push what is new every so many minutes, until Ctrl-C", minutes)
    .option("--dry-run", "tell what would be done, and change nothing")
    .action(async (repo: string, local: string | undefined, inRepo: string | undefined, options: UploadOptions) => {
      const { upload } = await import("./commands/upload.js");
      await upload([repo, local, inRepo], options, context);
    });

  command(root, "upload-large-folder", "Upload a large folder in many commits, bearing whatever may pass")
    .argument("<repo_id>", "user/name, or an hf:// address")
    .argument("<local_path>", "the folder")
    .addOption(repoType())
    .option("--revision <revision>", "branch, made when it is missing (default: main)")
    .option("--private", "make the repo private, if it has to be made")
    .addOption(list("--include <pattern>", "only files that match; repeatable"))
    .addOption(list("--exclude <pattern>", "no files that match; repeatable"))
    .option("--num-workers <n>", "workers that read side by side (default: what the device is good for)", workers)
    .action(async (repo: string, local: string, options: UploadLargeFolderOptions) => {
      const { uploadLarge } = await import("./commands/upload-large-folder.js");
      await uploadLarge([repo, local], options, context);
    });

  command(root, "download", "Download files of a repo")
    .argument("<repo_id>", "user/name, or an hf:// address")
    .argument("[files...]", "files, or folders that end in / (default: all)")
    .addOption(repoType())
    .option("--revision <revision>", "branch, tag or commit (default: main)")
    .addOption(list("--include <pattern>", "only files that match; repeatable"))
    .addOption(list("--exclude <pattern>", "no files that match; repeatable"))
    .option("--local-dir <folder>", "where they go (default: the cache of the Hub's clients)")
    .option("--cache-dir <folder>", "where that cache is (default: HF_HUB_CACHE)")
    .action(async (repo: string, files: string[], options: DownloadOptions) => {
      const { download } = await import("./commands/download.js");
      await download([repo, files], options, context);
    });

  repos(root.command("repos").alias("repo").description("Make and delete repos, and delete files of them"), context);

  accounts(root, context);
  // As the newer command line of the Hub has them.
  accounts(root.command("auth").description("The same as login, logout and whoami"), context);

  command(root, "env", "Tell what the command line knows of this device, for reports").action(async () => {
    const { tellEnvironment } = await import("./commands/env.js");
    await tellEnvironment(version, context);
  });

  command(root, "scan-cache", "List the uploads that can be gone on with").action(async () => {
    const { tellCache } = await import("./commands/scan-cache.js");
    await tellCache(context);
  });

  command(root, "delete-cache", "Forget what is kept of uploads")
    .argument("[keys...]", "as scan-cache lists them")
    .option("--all", "all of them")
    .action(async (keys: string[], { all }: { all?: boolean }) => {
      const { clearCache } = await import("./commands/delete-cache.js");
      await clearCache(keys, all === true, context);
    });

  return root;
}

/** Everything about repos themselves. */
function repos(parent: Command, context: Context): void {
  command(parent, "create", "Make a repo")
    .argument("<repo_id>", "user/name, or name alone for one of your own")
    .addOption(repoType())
    .addOption(
      new Option("--space-sdk, --sdk <sdk>", "what runs a Space").choices(["streamlit", "gradio", "docker", "static"]),
    )
    .addOption(new Option("--private", "hidden from others (default: as the account has set)").conflicts("public"))
    .option("--public", "everybody sees it")
    .addOption(
      new Option("--protected", "a Space that all may use, with hidden files").conflicts(["private", "public"]),
    )
    .option("--exist-ok", "fine if it is there already")
    .action(async (repo: string, options: CreateOptions) => {
      const { makeRepo } = await import("./commands/repos-create.js");
      await makeRepo(repo, options, context);
    });

  command(parent, "delete", "Delete a repo with everything in it, for good")
    .argument("<repo_id>", "user/name")
    .addOption(repoType())
    .option("--missing-ok", "fine if there is none")
    .option("-y, --yes", "do not ask")
    .action(async (repo: string, options: DeleteOptions) => {
      const { removeRepo } = await import("./commands/repos-delete.js");
      await removeRepo(repo, options, context);
    });

  command(parent, "delete-files", "Delete files of a repo in one commit")
    .argument("<repo_id>", "user/name, or an hf:// address")
    .argument("<patterns...>", "files, folders that end in /, or patterns")
    .addOption(repoType())
    .option("--revision <revision>", "branch (default: main)")
    .option("--commit-message <text>", "first line of the commit's message")
    .option("--commit-description <text>", "the rest of the message")
    .option("--create-pr", "open a pull request with it")
    .action(async (repo: string, patterns: string[], options: DeleteFilesOptions) => {
      const { removeFiles } = await import("./commands/repos-delete-files.js");
      await removeFiles([repo, patterns], options, context);
    });
}

/** Everything about the account. */
function accounts(parent: Command, context: Context): void {
  command(parent, "login", "Keep a token on this device")
    .option("--add-to-git-credential", "give it to git's credential helper, too")
    .action(async (options: LoginOptions) => {
      const { login } = await import("./commands/login.js");
      await login(options, context);
    });

  command(parent, "logout", "Forget the tokens on this device").action(async () => {
    const { logout } = await import("./commands/logout.js");
    await logout(context);
  });

  command(parent, "whoami", "Tell whose token it is").action(async (options: CommonOptions) => {
    const { tellWho } = await import("./commands/whoami.js");
    await tellWho(options, context);
  });
}

/** A command, with the options that all have. */
function command(parent: Command, name: string, description: string): Command {
  return parent
    .command(name)
    .description(description)
    .option("--token <token>", "token of the Hub (default: HF_TOKEN, or what login has kept)")
    .option("-q, --quiet", "print the last line alone")
    .option("--json", "print one JSON object alone")
    .addOption(new Option("--debug", "tell where a failure comes from").hideHelp());
}

function repoType(): Option {
  return new Option("--type, --repo-type <type>", "kind of repo (default: model)").choices(REPO_TYPES);
}

/** An option that may be given several times. */
function list(flags: string, description: string): Option {
  return new Option(flags, description).argParser((value, before: string[] | undefined) => [...(before ?? []), value]);
}

function minutes(text: string): number {
  const value = Number(text);
  if (!(Number.isFinite(value) && value > 0)) throw new InvalidArgumentError("It must be a number above zero.");
  return value;
}

function workers(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError("It must be a whole number above zero.");
  return Number(text);
}
