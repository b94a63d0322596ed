/** What an upload would do, without doing it. */
import type { Skip } from "../source/folder/rules.js";
import type { PushOutputView } from "../wire.js";
import type { UploadEvent } from "./events.js";
import { joinPath } from "./operations.js";
import { outcomes, type PushMachine } from "./push.js";

/** What `uploadFolder` with `dryRun: true` resolves with. Paths are those in the repo. */
export interface UploadPlan {
  /** Files that the repo does not have. */
  added: string[];
  /** Files of which the repo has another version. */
  updated: string[];
  /** Files that the repo has as they are. */
  unchanged: string[];
  /** Files and folders that are left out, and the rule that does so. */
  ignored: { path: string; rule: string }[];
  /** Files of the repo that would go. */
  deleted: string[];
  /** Sum of the sizes of what is added and updated; less may be sent, because what the Hub has is not sent again. */
  bytes: number;
  /** Requests of the whole upload at most, if none has to be repeated. */
  requests: number;
  /** Commits, if each is made in good time: in less than 40 seconds, and without a file that holds one up for five minutes. */
  commits: number;
  /** What the upload would warn of. */
  warnings: { code: string; message: string; paths: string[] }[];
}

/** The rule of what the Hub leaves out. */
const BY_HUB = "the repo's .gitignore";

/** Gathers a plan while it is made. */
export class Planning {
  readonly #ignored: UploadPlan["ignored"] = [];
  readonly #warnings: UploadPlan["warnings"] = [];
  readonly #pathInRepo: string;

  constructor(pathInRepo: string) {
    this.#pathInRepo = pathInRepo;
  }

  /** Takes in what a listing skips. */
  skip(path: string, { rule }: Skip): void {
    this.#ignored.push({ path: joinPath(this.#pathInRepo, path), rule });
  }

  /** Takes in what is told. */
  note(event: UploadEvent): void {
    if (event.event !== "warning") return;
    const { code, message, paths } = event;
    this.#warnings.push({ code, message, paths });
  }

  /** The plan. */
  async finish(output: PushOutputView, machine: PushMachine): Promise<UploadPlan> {
    const { deleted, bytes, requests, commits } = output.plan ?? { deleted: [], bytes: 0, requests: 0, commits: 0 };
    const files = { added: [], updated: [], unchanged: [], failed: [], ignored: [] } as Record<string, string[]>;
    for (const { path, state } of await outcomes(machine)) files[state]?.push(path);
    const { added = [], updated = [], unchanged = [], ignored: byHub = [] } = files;
    const ignored = [...this.#ignored, ...byHub.map((path) => ({ path, rule: BY_HUB }))];
    return { added, updated, unchanged, ignored, deleted, bytes, requests, commits, warnings: this.#warnings };
  }
}
