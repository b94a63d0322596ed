/** `hubferry upload --dry-run`: what would be done, as a table; nothing is changed, and no repo is made. */
import {
  checkFolder,
  uploadFolder,
  repoExists,
  type FolderFile,
  type HubParams,
  type UploadEvent,
  type UploadPlan,
} from "../../entry/node.js";
import { bytes, counted, printable } from "../../element/format.js";
import type { RepoId } from "../../hub/params.js";
import { collectFiles } from "../../source/folder/collect.js";
import { joinPath } from "../../upload/operations.js";
import { tellFinding } from "../../upload/upload-folder.js";
import type { Context } from "../context.js";
import { follow, warningText } from "../progress/push.js";
import { table } from "../table.js";
import { folderParams, type UploadTask } from "./upload.js";

/** A plan, and what would be made for it. Nobody knows how many requests and commits a repo takes that is not there. */
interface CliPlan extends Omit<UploadPlan, "requests" | "commits"> {
  requests?: number;
  commits?: number;
  /** Whether the repo would be made. */
  createsRepo: boolean;
}

/** Runs it. */
export async function tellPlan(task: UploadTask, context: Context): Promise<void> {
  const { repo, hub } = task;
  const createsRepo = !(await repoExists({ ...hub, repo }));
  const plan = createsRepo ? await planOfNew(task, context) : await planOf(task, context);
  tell({ ...plan, createsRepo }, repo, hub, context);
}

async function planOf(task: UploadTask, context: Context): Promise<UploadPlan> {
  const params = folderParams(task);
  return await follow(() => uploadFolder({ ...params, dryRun: true }), context, false);
}

/** Of a repo that is not there yet, everything is new. */
async function planOfNew(task: UploadTask, { out }: Context): Promise<Omit<CliPlan, "createsRepo">> {
  const { folder, pathInRepo = "", allowPatterns, ignorePatterns, abortSignal } = folderParams(task);
  const added: string[] = [];
  const ignored: UploadPlan["ignored"] = [];
  const warnings: UploadPlan["warnings"] = [];
  let size = 0;
  const listed = collectFiles(folder, {
    ...{ allowPatterns, ignorePatterns, abortSignal, gitignore: "hub" },
    onSkip: (path, _, { rule }) => ignored.push({ path: joinPath(pathInRepo, path), rule }),
  });
  const files = async function* (): AsyncGenerator<FolderFile> {
    for await (const file of listed) {
      const path = joinPath(pathInRepo, file.path);
      added.push(path);
      size += file.size;
      yield { ...file, path };
    }
  };
  const emit = (event: UploadEvent): void => {
    if (event.event !== "warning") return;
    const { code, message, paths } = event;
    warnings.push({ code, message, paths });
    out.warn(warningText(event));
  };
  for (const finding of await checkFolder(files(), { repo: task.repo })) tellFinding(finding, { emit });
  return { added, ignored, bytes: size, updated: [], unchanged: [], deleted: [], warnings };
}

function tell(plan: CliPlan, repo: RepoId, { hubUrl = "" }: HubParams, { out }: Context): void {
  const { added, updated, unchanged, ignored, deleted, commits, createsRepo } = plan;
  const rows = [
    ...added.map((path) => ["add", path]),
    ...updated.map((path) => ["update", path]),
    ...deleted.map((path) => ["delete", path]),
    ...unchanged.map((path) => ["keep", path]),
    ...ignored.map(({ path, rule }) => ["leave out", path, `(${rule})`]),
  ];
  for (const line of table(rows.map((row) => row.map(printable)))) out.line(line);
  const changes = added.length + updated.length;
  const does = [
    createsRepo && "makes the repo",
    `adds ${counted(added.length, "file")}`,
    `updates ${counted(updated.length, "file")}`,
    `deletes ${counted(deleted.length, "file")}`,
  ].filter((part) => part !== false);
  out.line(`Dry run: nothing was changed. The upload ${does.join(", ")}`);
  const inCommits = commits === undefined ? "" : `, in ${counted(Math.max(commits, 1), "commit")}`;
  if (changes > 0) out.line(`${bytes(plan.bytes)} at most${inCommits}`);
  const prefix = repo.type === "model" ? "" : `${repo.type}s/`;
  out.result(`${hubUrl}/${prefix}${repo.name}`, plan);
}
