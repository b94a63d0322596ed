/** Looking through what was dropped. */
import { html, type TemplateResult } from "lit";
import { bytes, counted, printable } from "../format.js";
import type { Host } from "./host.js";

/** The live count of a scan. */
export function scanningView({ model }: Host): TemplateResult {
  const { tree, folder } = model.selection;
  return html`<section class="card pad scanning" part="card" aria-labelledby="heading">
    <div class="sonar" aria-hidden="true"><span></span></div>
    <div class="grow">
      <h2 id="heading" tabindex="-1">
        Looking through ${folder === undefined ? "your files" : html`<bdi>${printable(folder)}</bdi>`}
      </h2>
      <p class="muted number">
        ${tree.files === 0 ? html`Nothing found yet` : html`Found ${counted(tree.files, "file")}, ${bytes(tree.bytes)}`}
      </p>
    </div>
    <button
      class="button"
      part="button"
      type="button"
      @click=${() => {
        model.chosen.stopScan();
      }}
    >
      Stop
    </button>
  </section>`;
}
