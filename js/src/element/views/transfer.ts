/** A push that runs: how far it is, what every file is doing, and the ways to hold or end it. */
import { html, nothing, svg, type TemplateResult } from "lit";
import type { FileRow, FileState } from "../file-states.js";
import { bytes, capital, count, percent, printable, roughly, sentence, speed, splitPath } from "../format.js";
import {
  againIcon,
  checkIcon,
  clockIcon,
  closeIcon,
  equalIcon,
  fileIcon,
  offlineIcon,
  pauseIcon,
  playIcon,
  skipIcon,
  upIcon,
  warningIcon,
} from "../icons.js";
import type { Condition, Transfer } from "../transfer.js";
import type { Host } from "./host.js";
import { note, pathList } from "./parts.js";
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

/** The running push. */
export function transferView(host: Host, transfer: Transfer): TemplateResult {
  const { condition } = transfer;
  return html`<section class="card transfer" part="card" aria-labelledby="heading" data-condition=${condition.is}>
    <div class="pad">
      <header class="transfer-head">
        <div class="grow">
          <h2 id="heading" tabindex="-1">${headline(host, condition)}</h2>
          <p class="muted">${subline(transfer)}</p>
        </div>
        <p class="percent number" aria-hidden="true">${percent(transfer.shown)}</p>
      </header>
      ${bar(transfer)} ${facts(transfer)} ${banner(host, condition)} ${buttons(host, transfer)}
    </div>
    ${rows(host, transfer)} ${remarks(transfer)}
  </section>`;
}

function headline({ model }: Host, condition: Condition): TemplateResult {
  const repo = html`<bdi>${printable(model.repo)}</bdi>`;
  switch (condition.is) {
    case "preparing":
      return html`Getting ready to push to ${repo}`;
    case "creating":
      return html`Creating ${repo}`;
    case "paused":
      return html`Paused on the way to ${repo}`;
    case "offline":
      return html`Offline`;
    case "retrying":
      return html`Trying again`;
    case "committing":
      return html`Committing to ${repo}`;
    case "cancelling":
      return html`Cancelling`;
    case "pushing":
      return html`Pushing to ${repo}`;
  }
}

function subline(transfer: Transfer): string {
  switch (transfer.condition.is) {
    case "preparing":
    case "creating":
      return `${bytes(transfer.totalBytes)} in ${count(transfer.files.length)} files`;
    case "committing":
      return "The commit is on its way";
    case "cancelling":
      return "Stopping what is in the air";
    case "paused":
      return "Nothing is sent until you go on";
    case "offline":
      return "Goes on by itself when the connection is back";
    case "retrying":
      return "The push goes on by itself";
    case "pushing": {
      const { estimate } = transfer;
      return estimate === undefined ? "Estimating the time" : `${capital(roughly(estimate))} left`;
    }
  }
}

/** The overall bar: a pale part for what has been read, a strong one for what the Hub has. */
function bar(transfer: Transfer): TemplateResult {
  const { shown, read, progress } = transfer;
  const files = `${count(transfer.filesDone)} of ${count(transfer.files.length)} files`;
  const left = transfer.estimate === undefined ? "" : `, ${roughly(transfer.estimate)} left`;
  const idle = progress === undefined;
  return html`<div
    class="bar ${idle ? "idle" : ""}"
    role="progressbar"
    aria-label="Push"
    aria-valuemin="0"
    aria-valuemax="100"
    aria-valuenow=${idle ? nothing : Math.floor(shown * 100)}
    aria-valuetext="${percent(shown)} sent, ${percent(read)} read, ${files}${left}"
  >
    <svg width="100%" height="12" aria-hidden="true" focusable="false">
      ${stripe("track", 1)} ${idle ? nothing : svg`${stripe("read", read)} ${stripe("stored", transfer.stored)}`}
    </svg>
  </div>`;
}

function stripe(name: string, share: number): TemplateResult {
  // A width in percent of the picture needs neither a style nor the width of the page.
  return svg`<rect class=${name} x="0" y="0" height="12" rx="6" width=${`${(share * 100).toFixed(2)}%`}></rect>`;
}

function facts(transfer: Transfer): TemplateResult {
  const sums = transfer.progress?.bytes;
  const sent = sums?.sent ?? 0;
  const total = transfer.totalBytes;
  const there = sums?.deduplicated ?? 0;
  return html`<dl class="facts">
    ${fact("Sent", bytes(sent), there === 0 ? `of ${bytes(total)}` : `of ${bytes(Math.max(0, total - there))}`, "stored")}
    ${fact("Read", bytes(Math.min(total, sums?.read ?? 0)), `of ${bytes(total)}`, "read")}
    ${there === 0 ? nothing : fact("On the Hub already", bytes(there), "not sent again")}
    ${fact("Files", count(transfer.filesDone), `of ${count(transfer.files.length)}`)}
    ${fact("Speed", transfer.sendingSpeed === 0 ? "–" : speed(transfer.sendingSpeed))}
  </dl>`;
}

function fact(name: string, value: string, rest = "", swatch = ""): TemplateResult {
  return html`<div>
    <dt class="small muted">${swatch === "" ? nothing : html`<span class="swatch ${swatch}"></span>`}${name}</dt>
    <dd class="number"><strong>${value}</strong> <span class="small muted">${rest}</span></dd>
  </div>`;
}

function banner({ model }: Host, condition: Condition): TemplateResult | typeof nothing {
  if (condition.is === "offline") {
    return html`<div class="note warn middle">
      ${offlineIcon}
      <div class="grow">This device has no connection. Nothing is lost: the push waits.</div>
      <button
        class="button quiet small"
        type="button"
        @click=${() => {
          model.resume();
        }}
      >
        Try now
      </button>
    </div>`;
  }
  if (condition.is === "retrying") {
    const seconds = Math.max(1, Math.ceil((condition.resumesAt - performance.now()) / 1000));
    return note(
      "warn",
      html`${sentence(condition.cause)}
        <span class="muted number">Next try in ${count(seconds)} s (attempt ${count(condition.attempt + 1)}).</span>`,
    );
  }
  return nothing;
}

function buttons({ model }: Host, transfer: Transfer): TemplateResult {
  const { paused } = transfer;
  const cancelling = transfer.condition.is === "cancelling";
  return html`<div class="actions">
    <button
      class="button ${paused ? "primary" : ""}"
      part="button"
      type="button"
      aria-disabled=${cancelling ? "true" : nothing}
      @click=${() => {
        if (cancelling) return;
        if (paused) model.resume();
        else model.pause();
      }}
    >
      ${paused ? playIcon : pauseIcon} ${paused ? "Go on" : "Pause"}
    </button>
    <button
      class="button"
      part="button"
      type="button"
      aria-disabled=${cancelling ? "true" : nothing}
      @click=${() => {
        if (!cancelling) model.cancel();
      }}
    >
      ${closeIcon} Cancel
    </button>
  </div>`;
}

function rows(host: Host, transfer: Transfer): TemplateResult {
  const total = transfer.files.length;
  return html`<hubferry-rows
    class="file-rows"
    role="list"
    aria-label="Files of this push"
    tabindex="0"
    .count=${total}
    .rowHeight=${host.rowHeight}
    .renderRow=${(index: number) => fileRow(transfer.files.row(index), index, total)}
  ></hubferry-rows>`;
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

function remarks(transfer: Transfer): TemplateResult | typeof nothing {
  if (transfer.remarks.length === 0) return nothing;
  return html`<div class="remarks">
    ${transfer.remarks.map(({ message, paths }) =>
      note("warn", html`${message}${paths.length === 0 ? nothing : pathList(paths.slice(0, 10), paths.length)}`),
    )}
  </div>`;
}
