/** A push that has ended well: with a commit, or because there was nothing to do. */
import { html, nothing, type TemplateResult } from "lit";
import { failuresOf, NEXT_STEP } from "../failures.js";
import { bytes, count, counted, elapsed, printable } from "../format.js";
import { againIcon, checkIcon, equalIcon, outIcon, warningIcon } from "../icons.js";
import type { Stage } from "../model.js";
import type { CommitOutput } from "../package.js";
import type { Transfer } from "../transfer.js";
import type { Host } from "./host.js";
import { more, outcome, repoAddress } from "./outcome.js";
import { outLink, pathList } from "./parts.js";

type Outcome = CommitOutput["files"][number]["state"];
type Commit = CommitOutput["commits"][number];

/** Paths that are listed. */
const LISTED = 50;
/** Digits of a commit id that people read. */
const SHORT_OID = 7;

/** At least one commit was made, or files were left behind. */
export function doneView(
  host: Host,
  { output, created, seconds, transfer }: Extract<Stage, { is: "done" }>,
): TemplateResult {
  const { model } = host;
  const repo = html`<bdi>${printable(model.repo)}</bdi>`;
  const { pullRequestUrl: request, commits } = output;
  const behind = transfer.files.count("failed");
  const headline =
    commits.length === 0
      ? html`Nothing was pushed to ${repo}`
      : behind > 0
        ? html`Pushed to ${repo}, without ${counted(behind, "file")}`
        : request !== undefined
          ? html`Opened a pull request for ${repo}`
          : created
            ? html`Created ${repo} and pushed to it`
            : html`Pushed to ${repo}`;
  const plain = request === undefined && behind === 0;
  return outcome(
    behind > 0 ? "bad" : "good",
    behind > 0 ? warningIcon : checkIcon,
    headline,
    commits.length === 0
      ? html`No commit was made`
      : html`${counted(commits.length, "commit")} in ${elapsed(seconds)}${output.verified ? ", verified" : ""}`,
    html`
      ${left(host, transfer)} ${made(host, commits)} ${summary(output)} ${listed(output)}
      <div class="actions">
        ${request === undefined ? nothing : outLink(request, html`View the pull request ${outIcon}`, "button primary")}
        ${
          commits.length === 0
            ? nothing
            : outLink(output.commit.url, html`View the commit ${outIcon}`, plain ? "button primary" : "button")
        }
        ${outLink(repoAddress(host), html`Open the repository ${outIcon}`, "button")} ${more(host)}
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
        ${outLink(repoAddress(host), html`Open the repository ${outIcon}`, "button primary")} ${more(host)}
      </div>
    `,
  );
}

// What was left behind, why, and what to do.
function left({ model }: Host, transfer: Transfer): TemplateResult | typeof nothing {
  const failures = failuresOf(transfer);
  if (failures.length === 0) return nothing;
  return html`<section class="left-behind" aria-labelledby="left-behind">
    <h3 id="left-behind">${counted(failures.length, "file")} left behind</h3>
    <div class="note bad">
      ${warningIcon}
      <div class="grow">
        <p>${NEXT_STEP}</p>
        <ul class="paths">
          ${failures
            .slice(0, LISTED)
            .map(
              ({ path, message }) =>
                html`<li>
                  <bdi>${printable(path)}</bdi>${message === "" ? nothing : html` — ${printable(message)}`}
                </li>`,
            )}
          ${failures.length > LISTED ? html`<li>and ${count(failures.length - LISTED)} more</li>` : nothing}
        </ul>
      </div>
    </div>
    <button
      class="button primary"
      part="button"
      type="button"
      @click=${() => {
        void model.retryFailed();
      }}
    >
      ${againIcon} Push ${failures.length === 1 ? "it" : counted(failures.length, "file")} again
    </button>
  </section>`;
}

// The last commit; of several the others can be unfolded.
function made({ model }: Host, commits: readonly Commit[]): TemplateResult | typeof nothing {
  const last = commits.at(-1);
  if (last === undefined) return nothing;
  return html`<p class="commit">
      <span class="mono oid">${last.oid.slice(0, SHORT_OID)}</span>
      <bdi class="grow">${printable(model.title)}</bdi>
    </p>
    ${
      commits.length === 1
        ? nothing
        : html`<details>
            <summary>${counted(commits.length, "commit")}</summary>
            <ul class="paths">
              ${commits.map(
                ({ oid, url, files }) =>
                  html`<li>
                    ${outLink(url, html`<span class="mono">${oid.slice(0, SHORT_OID)}</span>`)},
                    ${counted(files, "file")}
                  </li>`,
              )}
            </ul>
          </details>`
    }`;
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
