/** The ends of a push: what all of them look like, and those without success. */
import { html, nothing, type TemplateResult } from "lit";
import { repoPage } from "../destination.js";
import type { Failure } from "../failure.js";
import { counted } from "../format.js";
import { againIcon, closeIcon, outIcon, upIcon, warningIcon } from "../icons.js";
import type { Transfer } from "../transfer.js";
import type { Host } from "./host.js";
import { note, outLink, pathList } from "./parts.js";

/** Paths that are listed. */
const LISTED = 50;

/** It did not work. */
export function failedView(host: Host, failure: Failure, transfer: Transfer): TemplateResult {
  const { model } = host;
  const { field } = failure;
  const failed = transfer.files.pathsOf("failed");
  const without = html`<button
    class="button primary"
    part="button"
    type="button"
    @click=${() => {
      model.forget(failed);
      host.push();
    }}
  >
    ${againIcon} ${failed.length === 1 ? "Leave it out and try again" : "Leave them out and try again"}
  </button>`;
  const again = html`<button
    class="button ${failure.again && failed.length === 0 ? "primary" : ""}"
    part="button"
    type="button"
    @click=${() => {
      host.push();
    }}
  >
    ${againIcon} Try again
  </button>`;
  const correct = html`<button
    class="button ${failure.again || failure.pullRequest || failed.length > 0 ? "" : "primary"}"
    part="button"
    type="button"
    @click=${() => {
      host.correct(field ?? "");
    }}
  >
    ${field === "token" ? "Change the token" : "Back to the files"}
  </button>`;
  const request = html`<button
    class="button primary"
    part="button"
    type="button"
    @click=${() => {
      model.edit({ pullRequest: true });
      host.push();
    }}
  >
    ${upIcon} Open a pull request instead
  </button>`;
  return outcome(
    "bad",
    warningIcon,
    html`${failure.title}`,
    html`${failure.message}`,
    html`
      ${note("info", html`${failure.advice}`)}
      ${failed.length === 0 ? nothing : pathList(failed.slice(0, LISTED), failed.length)}
      <div class="actions">
        ${failed.length === 0 ? nothing : without} ${failure.pullRequest ? request : nothing}
        ${failure.again ? html`${again} ${correct}` : html`${correct} ${again}`}
      </div>
      <p class="small muted">
        ${counted(model.selection.tree.files, "file")} still chosen. ${standing(transfer)} What the Hub has got already
        is not sent twice.
        <span class="mono">${failure.detail}</span>
      </p>
    `,
  );
}

/** The person stopped it. */
export function cancelledView(host: Host, transfer: Transfer): TemplateResult {
  const { model } = host;
  const look = transfer.committing || transfer.commits.length > 0;
  return outcome(
    "plain",
    closeIcon,
    html`Cancelled`,
    transfer.committing
      ? html`${transfer.commits.length === 0 ? "The commit" : `${standing(transfer)} The next one`} had been asked for:
        it may have been made. Look at the repository before you push again.`
      : html`${standing(transfer) || "No commit was made."} Your files are still here.`,
    html`<div class="actions">
      ${look ? outLink(repoAddress(host), html`Open the repository ${outIcon}`, "button primary") : nothing}
      <button
        class="button ${look ? "" : "primary"}"
        part="button"
        type="button"
        @click=${() => {
          model.back();
        }}
      >
        Back to the files
      </button>
      ${more(host, "Start over")}
    </div>`,
  );
}

// What stands of a push that did not reach its end.
function standing({ commits }: Transfer): string {
  const files = commits.reduce((sum, commit) => sum + commit.files, 0);
  if (commits.length === 0) return "";
  return `${counted(commits.length, "commit")} with ${counted(files, "file")} ${commits.length === 1 ? "was" : "were"} made and ${commits.length === 1 ? "stays" : "stay"}.`;
}

/** The frame of all ends. */
export function outcome(
  tone: "good" | "bad" | "plain",
  icon: TemplateResult,
  headline: TemplateResult,
  lead: TemplateResult,
  body: TemplateResult,
): TemplateResult {
  return html`<section class="card pad outcome" part="card" aria-labelledby="heading">
    <div class="badge ${tone}">${icon}</div>
    <h2 id="heading" tabindex="-1">${headline}</h2>
    <p class="muted lead">${lead}</p>
    ${body}
  </section>`;
}

/** A button that begins anew. */
export function more({ model }: Host, label = "Upload more"): TemplateResult {
  return html`<button
    class="button"
    part="button"
    type="button"
    @click=${() => {
      model.clear();
    }}
  >
    ${label}
  </button>`;
}

/** The address of the branch that was pushed to. */
export function repoAddress({ model }: Host): string {
  return repoPage(model.hubUrl, model.form.type, model.repo, model.form.branch.trim());
}
