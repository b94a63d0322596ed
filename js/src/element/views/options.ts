/** What few pushes need: which files go, what the commit deletes, whether it goes to a branch. Folded away. */
import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { cleanPathInRepo } from "../destination.js";
import { printable } from "../format.js";
import type { DropModel } from "../model.js";
import type { Host } from "./host.js";
import { note } from "./parts.js";

type Switch = "gitignore" | "mirror" | "pullRequest";

/** The options, behind a summary that names those in force. */
export function optionsView({ model }: Host): TemplateResult {
  const set = inForce(model);
  return html`<details class="options">
    <summary>Options${set === "" ? nothing : html` <span class="muted">${set}</span>`}</summary>
    <div class="options-body">
      ${patterns(model, "onlyThese", "Only these", "*.safetensors")}
      ${patterns(model, "leaveOut", "Leave out", "*.tmp")}
      <p id="patterns-hint" class="small muted">One pattern per line; * stands for anything, folders included.</p>
      ${choice(model, "gitignore", "Respect .gitignore", "Files that it names stay here.")}
      ${choice(
        model,
        "pullRequest",
        "Open a pull request",
        "The branch stays as it is until somebody merges the request.",
      )}
      ${choice(
        model,
        "mirror",
        "Delete files that are not in this folder",
        "Afterwards the repository holds what is listed here, and nothing else.",
      )}
    </div>
  </details>`;
}

/** What a person must know before pressing the button: deletions. */
export function mirrorWarning({ model }: Host): TemplateResult | typeof nothing {
  const { form, presence } = model;
  // In a new repo there is nothing to lose.
  if (!form.mirror || presence.state === "missing") return nothing;
  const path = cleanPathInRepo(form.pathInRepo);
  const where = path === "" ? html`the whole repository` : html`the folder <bdi class="mono">${printable(path)}/</bdi>`;
  return note(
    "warn",
    html`This commit also <strong>deletes</strong> every file in ${where} that is not in the list, also what was left
      out or removed here. <span class="mono">.gitattributes</span> stays.`,
  );
}

function inForce({ form }: DropModel): string {
  const names = [
    form.onlyThese.trim() + form.leaveOut.trim() === "" ? "" : "patterns",
    form.gitignore ? "" : ".gitignore not respected",
    form.pullRequest ? "pull request" : "",
    form.mirror ? "deletes the rest" : "",
  ];
  return names.filter((name) => name !== "").join(", ");
}

function patterns(
  model: DropModel,
  field: "onlyThese" | "leaveOut",
  label: string,
  placeholder: string,
): TemplateResult {
  return html`<div class="field">
    <label for="field-${field}">${label}</label>
    <textarea
      id="field-${field}"
      class="mono"
      rows="2"
      placeholder=${placeholder}
      autocomplete="off"
      autocapitalize="none"
      spellcheck="false"
      aria-describedby="patterns-hint"
      .value=${live(model.form[field])}
      @input=${(event: Event) => {
        model.edit({ [field]: (event.target as HTMLTextAreaElement).value });
      }}
      @blur=${() => {
        model.leave();
      }}
    ></textarea>
  </div>`;
}

function choice(model: DropModel, field: Switch, label: string, hint: string): TemplateResult {
  return html`<label class="check top">
    <input
      id="field-${field}"
      type="checkbox"
      .checked=${live(model.form[field])}
      @change=${(event: Event) => {
        model.edit({ [field]: (event.target as HTMLInputElement).checked });
      }}
    />
    <span>${label} <span class="small muted">${hint}</span></span>
  </label>`;
}
