/** Nothing chosen yet. */
import { html, nothing, type TemplateResult } from "lit";
import { ferryPicture, folderIcon } from "../icons.js";
import type { Host } from "./host.js";
import { note } from "./parts.js";
import { unfinishedView } from "./unfinished.js";

/** The first thing a person sees. */
export function emptyView(host: Host): TemplateResult {
  const { notice } = host.model.chosen;
  return html`${unfinishedView(host)}
    <section class="card zone" part="zone" aria-labelledby="heading">
      <div class="zone-edge">
        ${ferryPicture}
        <h2 id="heading" tabindex="-1"><slot name="heading">Drop files or a folder anywhere</slot></h2>
        <p class="muted" id="zone-hint">
          <slot name="hint">Or choose them. You look through the list before anything is sent.</slot>
        </p>
        <div class="actions">
          ${
            host.canChooseFolders
              ? html`<button
                  class="button primary"
                  part="button"
                  type="button"
                  aria-describedby="zone-hint"
                  @click=${() => {
                    host.chooseFolder();
                  }}
                >
                  ${folderIcon} Choose a folder
                </button>`
              : nothing
          }
          <button
            class="button ${host.canChooseFolders ? "" : "primary"}"
            part="button"
            type="button"
            aria-describedby="zone-hint"
            @click=${() => {
              host.chooseFiles();
            }}
          >
            Choose files
          </button>
        </div>
        ${notice === undefined ? nothing : note("warn", notice)}
      </div>
    </section>`;
}
