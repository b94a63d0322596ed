/**
 * Where the files go: what the person typed, checked before any request, and turned into what the package takes.
 *
 * Pure functions of the form's fields. The Hub has the last word; these checks only spare a round trip and name the field.
 */

/** The types of repo that a person can push to. */
export const REPO_TYPES = ["model", "dataset", "space"] as const;
/** See {@link REPO_TYPES}. */
export type RepoKind = (typeof REPO_TYPES)[number];

/** What a new Space may run on. */
export const SPACE_SDKS = ["static", "gradio", "docker", "streamlit"] as const;
/** See {@link SPACE_SDKS}. */
export type SpaceKind = (typeof SPACE_SDKS)[number];

/** The fields of the form, as typed. */
export interface Form {
  /** The access token. It stays in this object: it is never stored, logged or put into an event. */
  token: string;
  /** `user/name`, or `name` alone for a repo of the token's owner. */
  name: string;
  type: RepoKind;
  branch: string;
  /** Folder in the repo; empty for its root. */
  pathInRepo: string;
  /** First line of the commit message; empty for one made from the files. */
  title: string;
  /** For a repo that is made on the way. */
  private: boolean;
  /** For a Space that is made on the way. */
  sdk: SpaceKind;
  /** Patterns, one per line: only files that match one of them; empty for all. */
  onlyThese: string;
  /** Patterns, one per line: no files that match one of them. */
  leaveOut: string;
  /** Whether the folder's `.gitignore` files leave files out, and those of the repo. */
  gitignore: boolean;
  /** Whether the same commit deletes what is in the repo and not among the files. */
  mirror: boolean;
  /** Whether a pull request is opened instead of committing to the branch. */
  pullRequest: boolean;
}

/** The fields that can be wrong. */
export type Field = "token" | "name" | "branch" | "pathInRepo";

/** What is wrong, by field, in the order of the form. */
export type Problems = Partial<Record<Field, string>>;

const MAX_REPO_ID = 96;
const PREFIXES: Record<string, RepoKind> = { models: "model", datasets: "dataset", spaces: "space" };
const FOLDERS: Record<RepoKind, string> = { model: "", dataset: "datasets/", space: "spaces/" };

/** An empty form. */
export function emptyForm(): Form {
  return {
    token: "",
    name: "",
    type: "model",
    branch: "main",
    pathInRepo: "",
    title: "",
    private: false,
    sdk: "static",
    onlyThese: "",
    leaveOut: "",
    gitignore: true,
    mirror: false,
    pullRequest: false,
  };
}

/**
 * Reads a repo as people paste it: `user/name`, `datasets/user/name`, or the address of a page of it.
 *
 * Shape: the type is there when the text tells it.
 */
export function readRepo(text: string): { name: string; type?: RepoKind } {
  const trimmed = text.trim();
  const address = /^https?:\/\//i.test(trimmed);
  const path = address ? pathOfAddress(trimmed) : trimmed;
  const parts = path.split("/").filter((part) => part !== "");
  const type = PREFIXES[parts[0] ?? ""];
  const known = type !== undefined && (address || parts.length > 2);
  if (known) parts.shift();
  // Without a prefix the address of a page is a model's.
  if (address) return { name: parts.slice(0, 2).join("/"), type: known ? type : "model" };
  return known ? { name: parts.join("/"), type } : { name: trimmed };
}

function pathOfAddress(address: string): string {
  try {
    return decodeURI(new URL(address).pathname);
  } catch {
    return address;
  }
}

/** What is wrong with a repo name, after {@link readRepo}. */
export function repoNameProblem(name: string): string | undefined {
  if (name === "") return "Enter the repository, for example alice/my-model.";
  const parts = name.split("/");
  if (parts.length > 2) return "A repository is called user/name: one slash at most.";
  if (name.length > MAX_REPO_ID) return `A repository name has at most ${String(MAX_REPO_ID)} characters.`;
  if (parts.some((part) => part === ""))
    return "A repository is called user/name: something is missing beside the slash.";
  if (!/^[\w.-]+(\/[\w.-]+)?$/.test(name)) return "Only letters, digits and the characters - _ . may be used.";
  if (/--|\.\./.test(name)) return "-- and .. are not allowed in a repository name.";
  if (parts.some((part) => /^[-.]|[-.]$/.test(part))) return "A name cannot begin or end with - or a full stop.";
  if (name.endsWith(".git")) return "A repository name cannot end in .git.";
  return undefined;
}

/** What is wrong with a branch name, by git's own rules for references. */
export function branchProblem(branch: string): string | undefined {
  if (branch === "") return "Enter a branch, for example main.";
  if (/[\s~^:?*[\\]|\.\.|@\{|\/\/|^[-/.]|[/.]$|\.lock$|\/\./.test(branch))
    return "git does not allow this as a branch name.";
  return undefined;
}

/** The folder in the repo without what has no meaning: slashes at both ends, `./` in front. */
export function cleanPathInRepo(path: string): string {
  const parts = path.trim().split("/");
  return parts.filter((part) => part !== "" && part !== ".").join("/");
}

/** What is wrong with a folder in the repo, after {@link cleanPathInRepo}. */
export function pathInRepoProblem(path: string): string | undefined {
  const parts = path.split("/");
  if (parts.includes("..")) return "The path cannot lead out of the repository (..).";
  const refused = parts.find((part) => part === ".git" || part === ".cache");
  if (refused !== undefined) return `The Hub does not take a folder called ${refused}.`;
  return undefined;
}

/** Everything that is wrong with a form. */
export function problemsOf(form: Form): Problems {
  const problems: Problems = {};
  if (form.token.trim() === "") problems.token = "Enter an access token: the Hub needs to know who is pushing.";
  else if (/\s/.test(form.token.trim())) problems.token = "This is not a token: it contains spaces.";
  const name = repoNameProblem(form.name.trim());
  if (name !== undefined) problems.name = name;
  const branch = branchProblem(form.branch.trim());
  if (branch !== undefined) problems.branch = branch;
  const path = pathInRepoProblem(cleanPathInRepo(form.pathInRepo));
  if (path !== undefined) problems.pathInRepo = path;
  return problems;
}

/** The repo id; a name without a namespace belongs to the token's owner. */
export function repoId(name: string, owner: string | undefined): string {
  const trimmed = name.trim();
  return trimmed.includes("/") || owner === undefined || trimmed === "" ? trimmed : `${owner}/${trimmed}`;
}

/** The address of a repo's page, or of a branch of it. */
export function repoPage(hubUrl: string, type: RepoKind, id: string, branch?: string): string {
  const page = `${hubUrl.replace(/\/+$/, "")}/${FOLDERS[type]}${id}`;
  if (branch === undefined) return page;
  return `${page}/tree/${branch.split("/").map(encodeURIComponent).join("/")}`;
}

/** The address where a person makes tokens. */
export function tokenPage(hubUrl: string): string {
  return `${hubUrl.replace(/\/+$/, "")}/settings/tokens`;
}
