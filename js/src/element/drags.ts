/**
 * What is dragged over the page, dropped and pasted.
 *
 * Invariants: a drop anywhere on the target never replaces the page by the file, also when nothing can be taken now; what is
 * dropped is handed on in the very event.
 *
 * The element owns one while it is on a page and shows `drag`.
 */
import type { Drag } from "./views/overlay.js";

/** What the element does with it. */
export interface DragOwner {
  /** Whether files can be dropped now. */
  readonly accepts: boolean;
  /** Takes in what was dropped or pasted, in its event. */
  take(source: DataTransfer): void;
  /** `drag` has changed. */
  changed(): void;
}

/** Watches a part of the page for files. */
export class Drags {
  /** What is being dragged, if it brings files. */
  drag: Drag | undefined;
  readonly #owner: DragOwner;
  #depth = 0;

  constructor(owner: DragOwner) {
    this.#owner = owner;
  }

  /** Listens until the signal says that it is enough. */
  listen(target: EventTarget, signal: AbortSignal): void {
    for (const name of ["dragenter", "dragover", "dragleave", "drop"])
      target.addEventListener(name, this.#dragged, { signal });
    target.addEventListener("paste", this.#pasted, { signal });
    // Nothing points while something is dragged: a drag that ended unseen is over.
    window.addEventListener("pointermove", this.#ended, { signal });
  }

  readonly #pasted = (event: Event): void => {
    const { clipboardData } = event as ClipboardEvent;
    if (clipboardData?.types.includes("Files") !== true || !this.#owner.accepts) return;
    event.preventDefault();
    this.#owner.take(clipboardData);
  };

  readonly #ended = (): void => {
    this.#depth = 0;
    this.#show(undefined);
  };

  readonly #dragged = (event: Event): void => {
    const { dataTransfer, type } = event as DragEvent;
    if (dataTransfer?.types.includes("Files") !== true) return;
    // Without this, a drop anywhere would replace the page by the file.
    event.preventDefault();
    const accepted = this.#owner.accepts;
    dataTransfer.dropEffect = accepted ? "copy" : "none";
    if (type === "dragenter") this.#depth += 1;
    if (type === "dragleave") this.#depth -= 1;
    if (type === "drop") {
      this.#depth = 0;
      if (accepted) this.#owner.take(dataTransfer);
    }
    const items = Array.from(dataTransfer.items).filter((item) => item.kind === "file").length;
    this.#show(this.#depth <= 0 ? undefined : { items, accepted });
  };

  #show(drag: Drag | undefined): void {
    if (drag?.items === this.drag?.items && drag?.accepted === this.drag?.accepted) return;
    this.drag = drag;
    this.#owner.changed();
  }
}
