/** What `<hubferry-drop>` tells the page around it. */
import type { StageName } from "./model.js";
import type { CommitOutput, Progress } from "./package.js";

/** The events of `<hubferry-drop>`. All bubble and leave the shadow tree; none carries the token. */
export interface HubferryDropEventMap {
  /** Another stage began: `empty`, `again`, `scanning`, `review`, `uploading`, `done`, `unchanged`, `failed`, `cancelled`. */
  "hubferry-state": CustomEvent<{ state: StageName }>;
  /** A push moved on; a few times a second. `share` is 0 to 1 and reaches 1 only with the commit. */
  "hubferry-progress": CustomEvent<{ share: number; condition: string; progress: Progress | undefined }>;
  /** A push ended well. Without need for a commit, `commits` of the output is empty. */
  "hubferry-commit": CustomEvent<CommitOutput>;
  /** A push failed; the person may try again. */
  "hubferry-error": CustomEvent<{ error: unknown }>;
}

declare global {
  interface HTMLElementEventMap {
    "hubferry-state": HubferryDropEventMap["hubferry-state"];
    "hubferry-progress": HubferryDropEventMap["hubferry-progress"];
    "hubferry-commit": HubferryDropEventMap["hubferry-commit"];
    "hubferry-error": HubferryDropEventMap["hubferry-error"];
  }
}
