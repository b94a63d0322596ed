/**
 * What the element writes beside the package's record of a push, so that the push can be continued after the page was closed: the
 * form without the token, what was taken out of the folder, and by which files the folder is known again.
 *
 * Invariants: a token is never part of it; what is read back was written by whoever uses this origin, and is believed only where it
 * has the right shape.
 */
import { emptyForm, type Form } from "./destination.js";
import type { FileStates } from "./file-states.js";
import { landmarksOf, type Landmark } from "./folder-match.js";

/** Who wrote it. */
const WRITER = "hubferry-drop";

/** The form as it is kept. */
export type KeptForm = Omit<Form, "token">;

/** What is kept. */
export interface PushNote {
  readonly by: typeof WRITER;
  readonly form: KeptForm;
  readonly landmarks: readonly Landmark[];
  /** Paths below the folder that were taken out. */
  readonly without: readonly string[];
}

/** Writes a note for a push; the paths of `files` begin with the folder in the repo. */
export function noteOf(form: Form, pathInRepo: string, files: FileStates, without: readonly string[]): PushNote {
  const { token: _, ...kept } = form;
  const cut = pathInRepo === "" ? 0 : pathInRepo.length + 1;
  const landmarks = landmarksOf(files.length, (at) => [files.path(at).slice(cut), files.row(at)?.size ?? 0]);
  return { by: WRITER, form: kept, landmarks, without };
}

/** Reads a note; nothing when it is not one of ours. */
export function readNote(value: unknown): PushNote | undefined {
  const { by, form, landmarks, without } = fieldsOf(value);
  if (by !== WRITER || !Array.isArray(landmarks) || !Array.isArray(without)) return undefined;
  return { by: WRITER, form: readForm(form), landmarks: landmarks.filter(isLandmark), without: without.filter(isText) };
}

// Each field with the type that it has in an empty form; others are left out.
function readForm(value: unknown): KeptForm {
  const { token: _, ...form } = emptyForm();
  const found = fieldsOf(value);
  const fields = Object.entries(form).map(([name, usual]) => {
    const kept = found[name];
    return [name, typeof kept === typeof usual ? kept : usual];
  });
  return Object.fromEntries(fields) as KeptForm;
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isLandmark(value: unknown): value is Landmark {
  return Array.isArray(value) && typeof value[0] === "string" && typeof value[1] === "number";
}
