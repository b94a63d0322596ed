/**
 * `<hubferry-tree>`: the chosen files as a tree that works by keyboard alone. Internal to `<hubferry-drop>`.
 *
 * It follows the ARIA tree pattern with one tab stop: the list keeps the focus and names the active row, so that the focus
 * is not lost when a row disappears or is scrolled out of existence. Arrows, Home, End, Page Up and Page Down move; Right
 * and Left open, close and climb; * opens all folders beside the active row; Delete takes out; letters jump.
 */
import { html, LitElement, nothing, type TemplateResult } from "lit";
import { property, query, state } from "lit/decorators.js";
import { bytes, counted, printable, quoted } from "./format.js";
import { chevronIcon, closeIcon, fileIcon, folderIcon } from "./icons.js";
import type { HubferryRows } from "./rows.js";
import "./rows.js";
import type { FileTree, TreeNode, TreeRow } from "./tree.js";

/** Milliseconds within which typed letters belong together. */
const TYPE_AHEAD_MS = 700;
/** Levels that are indented; deeper ones are no further in. */
const MAX_INDENT = 12;

/** A tree of files. */
export class HubferryTree extends LitElement {
  /** The files. The same object may have changed: set it anyway. */
  @property({ attribute: false, hasChanged: () => true }) tree: FileTree | undefined;
  /** Height of a row in CSS pixels. */
  @property({ type: Number, attribute: "row-height" }) rowHeight = 40;
  /** A folder is to be opened or closed. */
  @property({ attribute: false }) onToggle: (node: TreeNode, open: boolean) => void = () => undefined;
  /** A file or folder is to be taken out. */
  @property({ attribute: false }) onRemove: (node: TreeNode) => void = () => undefined;

  @state() private active = 0;
  @query("hubferry-rows") private list!: HubferryRows;
  #rows: readonly TreeRow[] = [];
  #typed = "";
  #typedAt = 0;

  protected override createRenderRoot(): this {
    return this;
  }

  protected override willUpdate(): void {
    this.#rows = this.tree?.rows() ?? [];
    this.active = Math.max(0, Math.min(this.active, this.#rows.length - 1));
  }

  protected override render(): TemplateResult {
    return html`<hubferry-rows
      class="tree"
      role="tree"
      aria-label="Files to push"
      aria-describedby="tree-keys"
      aria-activedescendant=${this.#rows.length === 0 ? nothing : `node-${String(this.active)}`}
      tabindex="0"
      .count=${this.#rows.length}
      .rowHeight=${this.rowHeight}
      .renderRow=${(index: number) => this.#row(index)}
      @keydown=${this.#key}
    ></hubferry-rows>`;
  }

  #row(index: number): TemplateResult {
    const row = this.#rows[index];
    if (row === undefined) return html``;
    const { node, level, position, siblings } = row;
    const folder = node.kind === "folder";
    return html`<div
      id="node-${index}"
      class="row node ${index === this.active ? "active" : ""}"
      role="treeitem"
      aria-level=${level}
      aria-posinset=${position}
      aria-setsize=${siblings}
      aria-expanded=${folder ? String(node.open) : nothing}
      aria-selected=${String(index === this.active)}
      aria-labelledby="node-${index}-name node-${index}-size node-${index}-files"
      data-indent=${Math.min(level, MAX_INDENT)}
      @click=${() => {
        this.#choose(index);
        if (folder) this.onToggle(node, !node.open);
      }}
    >
      <span class="twig ${folder && node.open ? "open" : ""}">${folder ? chevronIcon : nothing}</span>
      <span class="kind ${node.kind}">${folder ? folderIcon : fileIcon}</span>
      <span id="node-${index}-name" class="name" title=${printable(node.name)}><bdi>${printable(node.name)}</bdi></span>
      <span id="node-${index}-size" class="size muted number">${bytes(folder ? node.bytes : node.size)}</span>
      ${
        folder
          ? html`<span id="node-${index}-files" class="files muted number">${counted(node.files, "file")}</span>`
          : nothing
      }
      <button
        class="icon-button"
        type="button"
        tabindex="-1"
        aria-label="Remove ${quoted(node.path)}"
        title="Remove"
        @click=${(event: Event) => {
          event.stopPropagation();
          this.#choose(index);
          this.onRemove(node);
        }}
      >
        ${closeIcon}
      </button>
    </div>`;
  }

  #choose(index: number): void {
    this.active = Math.max(0, Math.min(index, this.#rows.length - 1));
    this.list.reveal(this.active);
    this.list.focus({ preventScroll: true });
  }

  readonly #key = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const row = this.#rows[this.active];
    if (row === undefined) return;
    const page = this.list.pageRows;
    const moves: Record<string, () => void> = {
      ArrowDown: () => {
        this.#choose(this.active + 1);
      },
      ArrowUp: () => {
        this.#choose(this.active - 1);
      },
      PageDown: () => {
        this.#choose(this.active + page);
      },
      PageUp: () => {
        this.#choose(this.active - page);
      },
      Home: () => {
        this.#choose(0);
      },
      End: () => {
        this.#choose(this.#rows.length - 1);
      },
      ArrowRight: () => {
        this.#inward(row);
      },
      ArrowLeft: () => {
        this.#outward(row);
      },
      Enter: () => {
        this.#open(row.node);
      },
      " ": () => {
        this.#open(row.node);
      },
      "*": () => {
        this.#openAll(row.node);
      },
      Delete: () => {
        this.onRemove(row.node);
      },
      Backspace: () => {
        this.onRemove(row.node);
      },
    };
    const move = moves[event.key];
    if (move !== undefined) {
      this.#typed = "";
      move();
    } else if (event.key.length === 1) this.#jump(event.key);
    else return;
    event.preventDefault();
  };

  #open(node: TreeNode): void {
    if (node.kind === "folder") this.onToggle(node, !node.open);
  }

  #openAll({ parent }: TreeNode): void {
    for (const sibling of parent?.children.values() ?? [])
      if (sibling.kind === "folder" && !sibling.open) this.onToggle(sibling, true);
  }

  #inward({ node }: TreeRow): void {
    if (node.kind !== "folder") return;
    if (node.open) this.#choose(this.active + 1);
    else this.onToggle(node, true);
  }

  #outward({ node, level }: TreeRow): void {
    if (node.kind === "folder" && node.open) {
      this.onToggle(node, false);
      return;
    }
    if (level === 1) return;
    this.#choose(this.#rows.findIndex((row) => row.node === node.parent));
  }

  #jump(letter: string): void {
    const now = performance.now();
    this.#typed = now - this.#typedAt < TYPE_AHEAD_MS ? this.#typed + letter : letter;
    this.#typedAt = now;
    const start = this.#typed.length > 1 ? this.active : this.active + 1;
    const wanted = this.#typed.toLocaleLowerCase();
    for (let step = 0; step < this.#rows.length; step += 1) {
      const index = (start + step) % this.#rows.length;
      if (this.#rows[index]?.node.name.toLocaleLowerCase().startsWith(wanted) === true) {
        this.#choose(index);
        return;
      }
    }
  }
}

if (customElements.get("hubferry-tree") === undefined) customElements.define("hubferry-tree", HubferryTree);

declare global {
  interface HTMLElementTagNameMap {
    "hubferry-tree": HubferryTree;
  }
}
