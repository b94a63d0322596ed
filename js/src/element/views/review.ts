/** What will be pushed, and where to. */
import { html, nothing, type TemplateResult } from "lit";
import { cleanPathInRepo } from "../destination.js";
import { bytes, counted, printable, sentence } from "../format.js";
import { folderIcon } from "../icons.js";
import type { TreeNode } from "../tree.js";
import { findingsView } from "./findings.js";
import { destinationForm } from "./form.js";
import type { Host } from "./host.js";
import { leftOutView } from "./left-out.js";
import { note, pathList } from "./parts.js";
import { standing } from "./unfinished.js";
import "../tree-view.js";

/** The list of files beside the form. */
export function reviewView(host: Host): TemplateResult {
  return html`<div class="review">
    <section class="card files" part="card" aria-labelledby="heading" aria-busy=${String(host.model.chosen.applying)}>
      ${head(host)} ${placement(host)} ${continued(host)} ${findingsView(host)} ${tree(host)} ${undo(host)}
      ${remarks(host)}
    </section>
    ${destinationForm(host)}
  </div>`;
}

function head(host: Host): TemplateResult {
  const { tree: files } = host.model.selection;
  return html`<header class="files-head">
    <h2 id="heading" tabindex="-1" class="number">${counted(files.files, "file")}, ${bytes(files.bytes)}</h2>
    <div class="actions">
      ${
        host.canChooseFolders
          ? html`<button
              class="button quiet small"
              type="button"
              @click=${() => {
                host.chooseFolder();
              }}
            >
              Add a folder
            </button>`
          : nothing
      }
      <button
        class="button quiet small"
        type="button"
        @click=${() => {
          host.chooseFiles();
        }}
      >
        Add files
      </button>
      <button
        class="button quiet small"
        type="button"
        @click=${() => {
          host.model.clear();
        }}
      >
        Clear all
      </button>
    </div>
  </header>`;
}

// Says where the paths of the list begin, because a folder's own name is not part of them.
function placement(host: Host): TemplateResult {
  const { model } = host;
  const path = cleanPathInRepo(model.form.pathInRepo);
  const { folder } = model.selection;
  const target = path === "" ? html`the root of the repository` : html`<bdi class="mono">${printable(path)}/</bdi>`;
  return html`<p class="placement small muted">
    ${
      folder === undefined
        ? html`These paths go to ${target}.`
        : html`The contents of <bdi class="strong">${printable(folder)}</bdi> go to ${target}.`
    }
    ${
      folder !== undefined && path === ""
        ? html`<button
            class="button quiet small inline"
            type="button"
            @click=${() => {
              host.keepFolder(folder);
            }}
          >
            Keep the folder <bdi>${printable(folder)}</bdi>
          </button>`
        : nothing
    }
  </p>`;
}

// The folder belongs to a push that has not ended: it is continued, or can be.
function continued({ model }: Host): TemplateResult | typeof nothing {
  if (model.continued === undefined) return nothing;
  const { push, wanted } = model.continued;
  const repo = html`<bdi class="strong">${printable(push.repo)}</bdi>`;
  if (wanted)
    return html`<div class="findings">
      ${note("info", html`Continues the push to ${repo}: ${standing(push)}. What is done is not read or sent again.`)}
    </div>`;
  return html`<div class="findings">
    ${note(
      "info",
      html`A push of this folder to ${repo} has not ended: ${standing(push)}.`,
      html`<button
        class="button quiet small"
        type="button"
        @click=${() => {
          model.continueHere();
        }}
      >
        Continue it
      </button>`,
    )}
  </div>`;
}

function tree(host: Host): TemplateResult {
  const { model } = host;
  if (model.selection.isEmpty) {
    return html`<p class="nothing muted">${folderIcon} Nothing is left to push. Add files, or drop some.</p>`;
  }
  return html`<hubferry-tree
      .tree=${model.selection.tree}
      .rowHeight=${host.rowHeight}
      .onToggle=${(node: TreeNode, open: boolean) => {
        model.chosen.toggle(node, open);
      }}
      .onRemove=${(node: TreeNode) => {
        model.chosen.remove(node);
      }}
    ></hubferry-tree>
    <p id="tree-keys" class="visually-hidden">Arrow keys move, Delete takes a file or folder out of the list.</p>`;
}

function undo(host: Host): TemplateResult | typeof nothing {
  const { removed } = host.model.selection;
  const [first] = removed;
  if (first === undefined) return nothing;
  const files = removed.reduce((sum, node) => sum + (node.kind === "folder" ? node.files : 1), 0);
  const name = html`<bdi>${printable(first.name)}</bdi>`;
  const what =
    removed.length > 1
      ? counted(files, "file")
      : first.kind === "folder"
        ? html`${name} (${counted(files, "file")})`
        : name;
  return html`<p class="undo small">
    <span class="grow">Removed ${what}</span>
    <button
      class="button quiet small"
      type="button"
      @click=${() => {
        host.undo();
      }}
    >
      Undo
    </button>
  </p>`;
}

function remarks(host: Host): TemplateResult | typeof nothing {
  const { model } = host;
  const { leftOut, unreadable, displaced, replaced } = model.selection;
  const left = leftOut.groups.length;
  if (
    left + model.selection.remarks.length + unreadable.length + displaced.length + replaced === 0 &&
    model.chosen.notice === undefined
  )
    return nothing;
  return html`<div class="remarks">
    ${model.chosen.notice === undefined ? nothing : note("warn", model.chosen.notice)}
    ${model.selection.remarks.map((remark) => note("warn", sentence(remark)))}
    ${
      unreadable.length === 0
        ? nothing
        : note(
            "bad",
            html`<details>
              <summary>${counted(unreadable.length, "file")} cannot be read and will not be pushed</summary>
              <ul class="paths">
                ${unreadable.map(({ path, reason }) => html`<li><bdi>${printable(path)}</bdi> — ${reason}</li>`)}
              </ul>
            </details>`,
          )
    }
    ${
      displaced.length === 0
        ? nothing
        : note(
            "warn",
            html`git cannot hold a file and a folder of the same name. The one that came later was taken:
            ${pathList(displaced)}`,
          )
    }
    ${
      replaced === 0
        ? nothing
        : note("info", html`${counted(replaced, "file was", "files were")} chosen again and replaced.`)
    }
    ${leftOutView(host)}
  </div>`;
}
