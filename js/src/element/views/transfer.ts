/** A push that runs: how far it is, what holds it up, and the ways to hold or end it. */
import { html, nothing, svg, type TemplateResult } from "lit";
import { bytes, capital, count, counted, percent, printable, roughly, speed } from "../format.js";
import { closeIcon, pauseIcon, playIcon } from "../icons.js";
import type { Condition, Transfer } from "../transfer.js";
import { conditionBanner } from "./banner.js";
import { fileRows } from "./file-rows.js";
import type { Host } from "./host.js";
import { paceView } from "./pace.js";
import { note, pathList } from "./parts.js";

/** The running push. */
export function transferView(host: Host, transfer: Transfer): TemplateResult {
  const { condition } = transfer;
  return html`<section class="card transfer" part="card" aria-labelledby="heading" data-condition=${condition.is}>
    <div class="pad">
      <header class="transfer-head">
        <div class="grow">
          <h2 id="heading" tabindex="-1">${headline(host, condition)}</h2>
          <p class="muted">${subline(transfer, condition)}</p>
        </div>
        <p class="percent number" aria-hidden="true">${percent(transfer.shown)}</p>
      </header>
      ${bar(transfer)} ${facts(transfer)} ${conditionBanner(host, condition)}
      <div class="transfer-controls">${buttons(host, transfer)} ${paceView(host)}</div>
    </div>
    ${fileRows(host, transfer)} ${remarks(transfer)}
  </section>`;
}

function headline({ model }: Host, condition: Condition): TemplateResult {
  const repo = html`<bdi>${printable(model.repo)}</bdi>`;
  switch (condition.is) {
    case "preparing":
      return html`Getting ready to push to ${repo}`;
    case "creating":
      return html`Creating ${repo}`;
    case "elsewhere":
      return html`Waiting for another tab`;
    case "paused":
      return html`Paused on the way to ${repo}`;
    case "offline":
      return html`Offline`;
    case "limited":
      return html`Waiting for the Hub`;
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

function subline(transfer: Transfer, condition: Condition): string {
  switch (condition.is) {
    case "preparing":
    case "creating":
      return `${bytes(transfer.totalBytes)} in ${counted(transfer.total, "file")}`;
    case "elsewhere":
      return "This device makes the same push already";
    case "committing":
      return transfer.commits.length === 0
        ? "The commit is on its way"
        : `${counted(transfer.commits.length, "commit")} made, the next is on its way`;
    case "cancelling":
      return "Stopping what is in the air";
    case "paused":
      return "Nothing is sent until you go on";
    case "offline":
      return "Goes on by itself when the connection is back";
    case "limited":
      return "Goes on by itself when the Hub takes requests again";
    case "retrying":
      return "The push goes on by itself";
    case "pushing": {
      const { estimate, commits } = transfer;
      const left = estimate === undefined ? "Estimating the time" : `${capital(roughly(estimate))} left`;
      return commits.length === 0 ? left : `${left}, ${counted(commits.length, "commit")} made`;
    }
  }
}

/** The overall bar: a pale part for what has been read, a strong one for what the Hub has. */
function bar(transfer: Transfer): TemplateResult {
  const { shown, read, progress } = transfer;
  const files = `${count(transfer.filesDone)} of ${count(transfer.total)} files`;
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
    ${fact("Files", count(transfer.filesDone), `of ${count(transfer.total)}`)}
    ${fact("Speed", transfer.sendingSpeed === 0 ? "–" : speed(transfer.sendingSpeed))}
  </dl>`;
}

function fact(name: string, value: string, rest = "", swatch = ""): TemplateResult {
  return html`<div>
    <dt class="small muted">${swatch === "" ? nothing : html`<span class="swatch ${swatch}"></span>`}${name}</dt>
    <dd class="number"><strong>${value}</strong> <span class="small muted">${rest}</span></dd>
  </div>`;
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

// What was left behind is told in full in the end; on the way it is enough to know that the rest goes on.
function remarks(transfer: Transfer): TemplateResult | typeof nothing {
  const failed = transfer.files.count("failed");
  if (transfer.remarks.length + failed === 0) return nothing;
  return html`<div class="remarks">
    ${
      failed === 0
        ? nothing
        : note(
            "bad",
            html`${counted(failed, "file")} cannot be pushed. The rest goes on; in the end you can push
            ${failed === 1 ? "it" : "them"} again.`,
          )
    }
    ${transfer.remarks.map(({ message, paths }) =>
      note("warn", html`${message}${paths.length === 0 ? nothing : pathList(paths.slice(0, 10), paths.length)}`),
    )}
  </div>`;
}
