/** The ends of a push: done, nothing to do, failed, cancelled. */
import { html, nothing, type TemplateResult } from "lit";
import { repoPage } from "../destination.js";
import type { Failure } from "../failure.js";
import { bytes, count, counted, elapsed, printable } from "../format.js";
import { againIcon, checkIcon, closeIcon, equalIcon, outIcon, upIcon, warningIcon } from "../icons.js";
import type { CommitOutput } from "../package.js";
import type { Transfer } from "../transfer.js";
import type { Host } from "./host.js";
import { note, outLink, pathList } from "./parts.js";

type Outcome = CommitOutput["files"][number]["state"];

/** Paths that are listed. */
const LISTED = 50;
/** Digits of a commit id that people read. */
const SHORT_OID = 7;

/** A commit was made. */
export function doneView(host: Host, output: CommitOutput, created: boolean, seconds: number): TemplateResult {
  const { model } = host;
  const repo = html`<bdi>${printable(model.repo)}</bdi>`;
  const { pullRequestUrl: request } = output;
  const headline =
    request !== undefined
      ? html`Opened a pull request for ${repo}`
      : created
        ? html`Created ${repo} and pushed to it`
        : html`Pushed to ${repo}`;
  const commit = outLink(
    output.commit.url,
    html`View the commit ${outIcon}`,
    request === undefined ? "button primary" : "button",
  );
  return outcome(
    "good",
    checkIcon,
    headline,
    html`${counted(output.commits.length, "commit")} in ${elapsed(seconds)}${output.verified ? ", verified" : ""}`,
    html`
      <p class="commit">
        <span class="mono oid">${output.commit.oid.slice(0, SHORT_OID)}</span>
        <bdi class="grow">${printable(model.title)}</bdi>
      </p>
      ${summary(output)} ${listed(output)}
      <div class="actions">
        ${request === undefined ? nothing : outLink(request, html`View the pull request ${outIcon}`, "button primary")}
        ${commit} ${outLink(page(host), html`Open the repository ${outIcon}`, "button")} ${more(host)}
      </div>
    `,
  );
}

/** The repo held everything already. */
export function unchangedView(host: Host, output: CommitOutput): TemplateResult {
  const ignoredFiles = stateCount(output, "ignored");
  return outcome(
    "good",
    equalIcon,
    html`Nothing to push`,
    html`<bdi>${printable(host.model.repo)}</bdi> holds ${ignoredFiles === 0 ? "all" : "the other"}
      ${counted(stateCount(output, "unchanged"), "file")} already. No commit was made.`,
    html`
      ${listed(output)}
      <div class="actions">
        ${outLink(page(host), html`Open the repository ${outIcon}`, "button primary")} ${more(host)}
      </div>
    `,
  );
}

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
        ${counted(model.selection.tree.files, "file")} still chosen. What the Hub has got already is not sent twice.
        <span class="mono">${failure.detail}</span>
      </p>
    `,
  );
}

/** The person stopped it. */
export function cancelledView(host: Host, duringCommit: boolean): TemplateResult {
  const { model } = host;
  return outcome(
    "plain",
    closeIcon,
    html`Cancelled`,
    duringCommit
      ? html`The commit had been asked for: it may have been made. Look at the repository before you push again.`
      : html`No commit was made. Your files are still here.`,
    html`<div class="actions">
      ${duringCommit ? outLink(page(host), html`Open the repository ${outIcon}`, "button primary") : nothing}
      <button
        class="button ${duringCommit ? "" : "primary"}"
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

function outcome(
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

function summary(output: CommitOutput): TemplateResult {
  const numbers: [string, number][] = [
    ["Added", stateCount(output, "added")],
    ["Updated", stateCount(output, "updated")],
    ["Unchanged", stateCount(output, "unchanged")],
    ["Ignored", stateCount(output, "ignored")],
  ];
  return html`<dl class="facts">
    ${numbers.map(
      ([name, n]) =>
        html`<div>
          <dt class="small muted">${name}</dt>
          <dd class="number"><strong>${count(n)}</strong></dd>
        </div>`,
    )}
    <div>
      <dt class="small muted">Sent</dt>
      <dd class="number">
        <strong>${bytes(output.bytes.sent)}</strong> <span class="small muted">of ${bytes(output.bytes.total)}</span>
      </dd>
    </div>
  </dl>`;
}

// Which files did not go, and why.
function listed(output: CommitOutput): TemplateResult {
  return html`${fold(output, "ignored", (n) => `${counted(n, "file was", "files were")} left out by the .gitignore of the repository`)}
  ${fold(output, "unchanged", (n) => `${counted(n, "file was", "files were")} there already`)}`;
}

function fold(
  output: CommitOutput,
  state: Outcome,
  summary: (total: number) => string,
): TemplateResult | typeof nothing {
  const paths = output.files.filter((file) => file.state === state).map((file) => file.path);
  if (paths.length === 0) return nothing;
  return html`<details>
    <summary>${summary(paths.length)}</summary>
    ${pathList(paths.slice(0, LISTED), paths.length)}
  </details>`;
}

function stateCount(output: CommitOutput, state: Outcome): number {
  return output.files.reduce((sum, file) => (file.state === state ? sum + 1 : sum), 0);
}

function more({ model }: Host, label = "Upload more"): TemplateResult {
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

function page({ model }: Host): string {
  return repoPage(model.hubUrl, model.form.type, model.repo, model.form.branch.trim());
}
