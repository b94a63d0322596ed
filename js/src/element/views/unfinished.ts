/** Pushes that began on this device and have not ended. */
import { html, nothing, type TemplateResult } from "lit";
import { bytesOf, count, counted, printable, since } from "../format.js";
import { clockIcon } from "../icons.js";
import type { UnfinishedPush } from "../unfinished.js";
import type { Host } from "./host.js";

/** What is done of a push, and when it was last heard of. */
export function standing({ doneFiles, files, doneBytes, bytes, heardAt, running }: UnfinishedPush): string {
  const when = running ? "still running in another tab" : `stopped ${since(Date.now() - heardAt)}`;
  return `${count(doneFiles)} of ${counted(files, "file")} done, ${bytesOf(doneBytes, bytes)}, ${when}`;
}

/** The list of them, above the place to drop. */
export function unfinishedView(host: Host): TemplateResult | typeof nothing {
  const { pushes } = host.model.unfinished;
  if (pushes.length === 0) return nothing;
  return html`<section class="card unfinished" part="card" aria-labelledby="unfinished">
    <h2 id="unfinished" class="minor">
      ${pushes.length === 1 ? "A push has not ended" : `${count(pushes.length)} pushes have not ended`}
    </h2>
    <ul>
      ${pushes.map((push) => one(host, push))}
    </ul>
  </section>`;
}

function one({ model }: Host, push: UnfinishedPush): TemplateResult {
  const to = printable(push.repo);
  return html`<li class="unfinished-push">
    ${clockIcon}
    <div class="grow">
      <p class="strong">
        ${push.folder === undefined ? "Files" : html`<bdi>${printable(push.folder)}</bdi>`} to <bdi>${to}</bdi>
      </p>
      <p class="small muted number">${standing(push)}</p>
    </div>
    <div class="actions">
      <button
        class="button primary"
        part="button"
        type="button"
        aria-label="Continue the push to ${to}"
        @click=${() => {
          void model.continue(push);
        }}
      >
        Continue
      </button>
      <button
        class="button"
        part="button"
        type="button"
        aria-label="Discard the push to ${to}"
        @click=${() => {
          model.discard(push);
        }}
      >
        Discard
      </button>
    </div>
  </li>`;
}
