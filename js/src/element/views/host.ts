/** What a view may use: the model, and the few things that only the element can do. */
import type { DropModel } from "../model.js";

/** The element, as its views see it. */
export interface Host {
  readonly model: DropModel;
  /** Whether the token is shown in clear. */
  readonly tokenShown: boolean;
  /** Height of a row of a list in CSS pixels. */
  readonly rowHeight: number;
  /** Whether this browser can choose folders. */
  readonly canChooseFolders: boolean;
  /** Whether this browser can keep the screen on. */
  readonly canKeepAwake: boolean;
  /** Opens the browser's dialog for files. */
  chooseFiles(): void;
  /** Opens the browser's dialog for a folder. */
  chooseFolder(): void;
  /** Pushes, or leads to the first field that is wrong. */
  push(): void;
  /** Shows the token in clear, or hides it. */
  showToken(shown: boolean): void;
  /** Goes back to the review, to a field of the form. */
  correct(field: string): void;
  /** Puts back what was taken out last, and goes on in the tree. */
  undo(): void;
  /** Keeps the folder's own name as the path in the repo, and goes to that field. */
  keepFolder(folder: string): void;
}
