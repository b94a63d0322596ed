/** The files of a running push: which are listed, and what each is doing. */
import { html, nothing, type TemplateResult } from "lit";
import type { FileRow, FileState, Group } from "../file-states.js";
import type { Filter } from "../file-view.js";
import { bytes, count, percent, printable, splitPath } from "../format.js";
import { againIcon, checkIcon, clockIcon, equalIcon, fileIcon, skipIcon, upIcon, warningIcon } from "../icons.js";
import type { Transfer } from "../transfer.js";
import type { Host } from "./host.js";
import "../rows.js";

const STATE_ICONS: Record<FileState, TemplateResult> = {
  failed: warningIcon,
  retrying: againIcon,
  sending: upIcon,
  reading: fileIcon,
  read: clockIcon,
  waiting: clockIcon,
  uploaded: checkIcon,
  committed: checkIcon,
  unchanged: equalIcon,
  ignored: skipIcon,
};
const FILTERS: readonly (readonly [filter: Filter, label: string])[] = [
  ["all", "All"],
  ["failed", "Failed"],
  ["active", "At work"],
  ["waiting", "Waiting"],
  ["done", "Done"],
];
/** Files from which on a list is searched and filtered rather than read. */
const MANY = 20;

/** The list, with what is needed to find something in a long one. */
export function fileRows(host: Host, transfer: Transfer): TemplateResult {
  const { view } = transfer;
  const total = view.count;
  return html`${transfer.total < MANY ? nothing : finder(transfer)}
    <hubferry-rows
      class="file-rows"
      role="list"
      aria-label="Files of this push"
      tabindex="0"
      .count=${total}
      .rowHeight=${host.rowHeight}
      .renderRow=${(index: number) => fileRow(view.row(index), index, total)}
    ></hubferry-rows>
    ${total === 0 && transfer.files.length > 0 ? html`<p class="no-rows small muted">No file like this.</p>` : nothing}`;
}

function finder(transfer: Transfer): TemplateResult {
  const { view, files } = transfer;
  const sum = (filter: Filter): number => (filter === "all" ? files.length : files.count(filter satisfies Group));
  return html`<div class="finder">
    <div class="chips" role="group" aria-label="Which files are listed">
      ${FILTERS.map(
        ([filter, label]) =>
          html`<button
            class="chip number"
            type="button"
            aria-pressed=${String(view.filter === filter)}
            @click=${() => {
              view.show(filter);
            }}
          >
            ${label} <span class="muted">${count(sum(filter))}</span>
          </button>`,
      )}
    </div>
    <input
      id="find-file"
      type="search"
      placeholder="Find a file"
      aria-label="Find a file of this push"
      autocomplete="off"
      autocapitalize="none"
      spellcheck="false"
      .value=${view.query}
      @input=${(event: Event) => {
        void view.find((event.target as HTMLInputElement).value);
      }}
    />
  </div>`;
}

/** One file of a push. */
function fileRow(row: FileRow | undefined, index: number, total: number): TemplateResult {
  if (row === undefined) return html``;
  const [folder, name] = splitPath(row.path);
  const path = printable(row.path);
  return html`<div
    class="row file-row ${row.state}"
    role="listitem"
    aria-posinset=${index + 1}
    aria-setsize=${total}
    data-state=${row.state}
  >
    <span class="kind">${STATE_ICONS[row.state]}</span>
    <span class="path" title=${path}
      ><bdi class="dir">${printable(folder)}</bdi><bdi class="base">${printable(name)}</bdi></span
    >
    <span class="doing small" title=${row.note ?? nothing}>${doing(row)}</span>
    <span class="size muted number">${bytes(row.size)}</span>
  </div>`;
}

function doing({ state, progress, note: why }: FileRow): string {
  switch (state) {
    case "failed":
      return why === undefined ? "Failed" : `Failed: ${why}`;
    case "retrying":
      return why === undefined ? "Trying again" : `Trying again: ${why}`;
    case "sending":
      return progress > 0 ? `Sending ${percent(progress)}` : "Sending";
    case "reading":
      return progress > 0 ? `Reading ${percent(progress)}` : "Reading";
    case "read":
      return "Read";
    case "waiting":
      return "Waiting";
    case "uploaded":
      // Sent now, or found there: the job tells both as one.
      return "On the Hub";
    case "committed":
      return "Committed";
    case "unchanged":
      return "Unchanged";
    case "ignored":
      return "Ignored by the repository";
  }
}
