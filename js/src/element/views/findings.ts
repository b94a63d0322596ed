/** What is likely wrong with the files: errors that block the push, and what is worth a look. */
import { html, nothing, type TemplateResult } from "lit";
import { count, counted, printable, quoted, sentence } from "../format.js";
import { closeIcon, keyIcon, warningIcon } from "../icons.js";
import type { Finding } from "../package.js";
import type { Host } from "./host.js";

/** Findings whose files can all be taken out at once. Of twins one should stay, and which is for the person to say. */
const REMOVABLE: ReadonlySet<string> = new Set([
  "file_large",
  "file_too_large",
  "long_path",
  "looks_like_secret",
  "parquet_in_model",
  "refused_name",
]);

/** The findings, errors first, secrets before other warnings. */
export function findingsView(host: Host): TemplateResult | typeof nothing {
  const { findings, errors } = host.model.check;
  if (findings.length === 0) return nothing;
  const sorted = [...findings].sort((a, b) => rank(a) - rank(b));
  return html`<section class="findings" aria-labelledby="findings">
    <h3 id="findings" tabindex="-1" class=${errors.length > 0 ? "bad-text" : ""}>
      ${errors.length > 0 ? "Before this can be pushed" : "Worth a look before you push"}
    </h3>
    ${sorted.map((finding) => one(host, finding))}
  </section>`;
}

function rank({ severity, code }: Finding): number {
  return severity === "error" ? 0 : code === "looks_like_secret" ? 1 : 2;
}

function one({ model }: Host, finding: Finding): TemplateResult {
  const { code, severity, message, paths, total } = finding;
  const secret = code === "looks_like_secret";
  return html`<div class="note ${severity === "error" || secret ? "bad" : "warn"} finding" data-code=${code}>
    ${secret ? keyIcon : warningIcon}
    <div class="grow">
      <p>${severity === "error" ? html`<strong>Must be solved:</strong> ` : nothing}${sentence(printable(message))}</p>
      ${
        paths.length === 0
          ? nothing
          : html`<details>
              <summary>${counted(total, "path")}</summary>
              <ul class="paths">
                ${paths.map((path) => html`<li>${removable(model, path)}</li>`)}
                ${total > paths.length ? html`<li>and ${count(total - paths.length)} more</li>` : nothing}
              </ul>
            </details>`
      }
    </div>
    ${
      REMOVABLE.has(code) && paths.length > 0
        ? html`<button
            class="button small"
            type="button"
            @click=${() => {
              void model.chosen.solve(code);
            }}
          >
            Take ${total === 1 ? "it" : counted(total, "file")} out
          </button>`
        : nothing
    }
  </div>`;
}

function removable(model: Host["model"], path: string): TemplateResult {
  const node = model.selection.tree.find(path);
  return html`<bdi>${printable(path)}</bdi> ${
      node === undefined
        ? nothing
        : html`<button
            class="icon-button tiny"
            type="button"
            aria-label="Remove ${quoted(path)}"
            title="Remove"
            @click=${() => {
              model.chosen.remove(node);
            }}
          >
            ${closeIcon}
          </button>`
    }`;
}
