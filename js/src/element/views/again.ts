/** A push is to be continued, and its folder must be chosen once more. */
import { html, nothing, type TemplateResult } from "lit";
import { printable } from "../format.js";
import { folderIcon } from "../icons.js";
import type { Stage } from "../model.js";
import type { Host } from "./host.js";
import { note } from "./parts.js";
import { standing } from "./unfinished.js";

/** Asks for the folder; says when another one was chosen. */
export function againView(host: Host, { push, other }: Extract<Stage, { is: "again" }>): TemplateResult {
  const { model } = host;
  const files = push.folder === undefined || !host.canChooseFolders;
  return html`<section class="card zone again" part="zone" aria-labelledby="heading">
    <div class="zone-edge">
      <h2 id="heading" tabindex="-1">
        ${
          push.folder === undefined
            ? html`Choose the same files again`
            : html`Choose <bdi>${printable(push.folder)}</bdi> again`
        }
      </h2>
      <p class="muted" id="zone-hint">
        Drop it here or choose it: the browser does not let this page read it by itself. What is done is not read or
        sent again.
      </p>
      <p class="number"><bdi class="strong">${printable(push.repo)}</bdi>: ${standing(push)}</p>
      ${other === undefined ? nothing : another(host, other, push.folder === undefined)}
      ${model.chosen.notice === undefined ? nothing : note("warn", model.chosen.notice)}
      <div class="actions">
        <button
          class="button primary"
          part="button"
          type="button"
          aria-describedby="zone-hint"
          @click=${() => {
            if (files) host.chooseFiles();
            else host.chooseFolder();
          }}
        >
          ${folderIcon} ${files ? "Choose the files" : "Choose the folder"}
        </button>
        <button
          class="button"
          part="button"
          type="button"
          @click=${() => {
            model.clear();
          }}
        >
          Not now
        </button>
        <button
          class="button"
          part="button"
          type="button"
          @click=${() => {
            model.discard(push);
          }}
        >
          Discard this push
        </button>
      </div>
    </div>
  </section>`;
}

function another({ model }: Host, other: string, files: boolean): TemplateResult {
  const name = other === "" ? html`What you chose` : html`<bdi class="strong">${printable(other)}</bdi>`;
  return note(
    "warn",
    html`${name} is not ${files ? "what" : "the folder that"} this push was made of.`,
    html`<button
      class="button quiet small"
      type="button"
      @click=${() => {
        model.takeOther();
      }}
    >
      Push it as a new push
    </button>`,
  );
}
