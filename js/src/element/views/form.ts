/** Where to push: the form beside the files. */
import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { REPO_TYPES, SPACE_SDKS, tokenPage, type Field, type RepoKind, type SpaceKind } from "../destination.js";
import { bytes, counted, printable } from "../format.js";
import { checkIcon, eyeIcon, eyeOffIcon, infoIcon, upIcon, warningIcon } from "../icons.js";
import { isLarge } from "../push-run.js";
import type { Host } from "./host.js";
import { mirrorWarning, optionsView } from "./options.js";
import { outLink } from "./parts.js";

const TYPE_NAMES: Record<RepoKind, string> = { model: "Model", dataset: "Dataset", space: "Space" };
const SDK_NAMES: Record<SpaceKind, string> = {
  static: "Static",
  gradio: "Gradio",
  docker: "Docker",
  streamlit: "Streamlit",
};

/** The form, as a card of its own. */
export function destinationForm(host: Host): TemplateResult {
  const { model } = host;
  const { form } = model;
  return html`<form
    class="card pad form"
    part="form"
    aria-labelledby="destination"
    autocomplete="off"
    novalidate
    @submit=${(event: Event) => {
      event.preventDefault();
      host.push();
    }}
  >
    <h3 id="destination">Destination</h3>
    ${token(host)} ${type(host)} ${repo(host)}
    <div class="pair">
      ${text(host, "branch", "Branch", form.branch, "main")}
      ${text(host, "pathInRepo", "Path in the repository", form.pathInRepo, "/")}
    </div>
    ${text(host, "title", "Commit message", form.title, model.suggestedTitle)} ${optionsView(host)}
    ${mirrorWarning(host)} ${submit(host)}
  </form>`;
}

function submit({ model }: Host): TemplateResult {
  const { check, selection, form } = model;
  const { tree } = selection;
  const files = counted(tree.files, "file");
  const blocked = check.errors.length > 0;
  return html`<button
      class="button primary wide"
      part="button push"
      type="submit"
      aria-disabled=${selection.isEmpty || blocked ? "true" : nothing}
      aria-describedby=${blocked ? "push-hint" : nothing}
    >
      ${upIcon} ${form.pullRequest ? `Open a pull request with ${files}` : `Push ${files}`}
    </button>
    <p id="push-hint" class="small muted center">
      ${
        blocked
          ? html`Solve what stands above the list first.`
          : html`${isLarge(tree.files, tree.bytes) ? "Several commits" : "One commit"}, ${bytes(tree.bytes)} at most:
            what is there already is not sent.`
      }
    </p>`;
}

function token(host: Host): TemplateResult {
  const { model, tokenShown } = host;
  return html`<div class="field">
    <label for="field-token">Access token</label>
    <div class="with-button">
      <input
        id="field-token"
        class="mono"
        type=${tokenShown ? "text" : "password"}
        placeholder="hf_…"
        autocomplete="off"
        autocapitalize="none"
        spellcheck="false"
        data-1p-ignore
        data-lpignore="true"
        aria-describedby="token-hint token-state"
        aria-invalid=${model.problems.token === undefined ? nothing : "true"}
        .value=${live(model.form.token)}
        @input=${(event: Event) => {
          model.edit({ token: valueOf(event) });
        }}
        @blur=${() => {
          model.leave();
        }}
      />
      <button
        class="icon-button"
        type="button"
        aria-pressed=${String(tokenShown)}
        aria-label="Show the token"
        title=${tokenShown ? "Hide the token" : "Show the token"}
        @click=${() => {
          host.showToken(!tokenShown);
        }}
      >
        ${tokenShown ? eyeOffIcon : eyeIcon}
      </button>
    </div>
    <p id="token-state" class="state small">${tokenState(host)}</p>
    <p id="token-hint" class="small muted">
      Needs write access and stays in the memory of this tab. ${outLink(tokenPage(model.hubUrl), "Make a token")}
    </p>
  </div>`;
}

function tokenState({ model }: Host): unknown {
  if (model.problems.token !== undefined) return problem(model.problems.token);
  const { state } = model.account;
  switch (state.is) {
    case "unknown":
      return nothing;
    case "checking":
      return html`<span class="muted">Asking the Hub…</span>`;
    case "refused":
      return problem(state.message);
    case "known":
      return state.readOnly
        ? html`<span class="warn-text"
            >${warningIcon} Signed in as <bdi>${state.name}</bdi>, but this token can only read.</span
          >`
        : html`<span class="line good">${checkIcon} Signed in as <bdi class="strong">${state.name}</bdi></span>`;
  }
}

function type({ model }: Host): TemplateResult {
  return html`<fieldset class="segments">
    <legend>Type</legend>
    <div class="segment-row">
      ${REPO_TYPES.map(
        (each) =>
          html`<label>
            <input
              type="radio"
              name="type"
              value=${each}
              .checked=${live(model.form.type === each)}
              @change=${() => {
                model.edit({ type: each });
                model.leave();
              }}
            />
            <span>${TYPE_NAMES[each]}</span>
          </label>`,
      )}
    </div>
  </fieldset>`;
}

function repo({ model }: Host): TemplateResult {
  const owner = model.account.name;
  const wrong = model.problems.name;
  return html`<div class="field">
      <label for="field-name">Repository</label>
      <input
        id="field-name"
        list="namespaces"
        placeholder="${owner ?? "user"}/name"
        autocomplete="off"
        autocapitalize="none"
        spellcheck="false"
        aria-describedby="name-state"
        aria-invalid=${wrong === undefined ? nothing : "true"}
        .value=${live(model.form.name)}
        @input=${(event: Event) => {
          model.edit({ name: valueOf(event) });
        }}
        @change=${(event: Event) => {
          model.editRepo(valueOf(event));
        }}
        @blur=${() => {
          model.leave();
        }}
      />
      <datalist id="namespaces">
        ${
          model.account.state.is === "known"
            ? model.account.state.namespaces.map((name) => html`<option value="${name}/"></option>`)
            : nothing
        }
      </datalist>
      <p id="name-state" class="state small">${wrong === undefined ? repoState(model) : problem(wrong)}</p>
    </div>
    ${newRepo(model)}`;
}

function repoState({ presence, repo: id }: Host["model"]): unknown {
  switch (presence.state) {
    case "unknown":
      return nothing;
    case "checking":
      return html`<span class="muted">Asking the Hub…</span>`;
    case "there":
      return html`<span class="line good">${checkIcon} <bdi class="strong">${printable(id)}</bdi> is there</span>`;
    case "missing":
      return html`<span class="line">${infoIcon} <bdi class="strong">${printable(id)}</bdi> will be created</span>`;
  }
}

// Always there: if it came with the Hub's answer, the form would move under a pointer that is just being pressed.
function newRepo(model: Host["model"]): TemplateResult {
  const { form, presence } = model;
  const there = presence.state === "there";
  return html`<div class="new-repo">
    <label class="check">
      <input
        type="checkbox"
        aria-disabled=${there ? "true" : nothing}
        .checked=${live(form.private)}
        @click=${(event: Event) => {
          // Not `disabled`, which would take the focus away from whoever is there when the answer comes.
          if (there) event.preventDefault();
        }}
        @change=${(event: Event) => {
          model.edit({ private: (event.target as HTMLInputElement).checked });
        }}
      />
      <span>Make it private <span class="small muted">when it is created</span></span>
    </label>
    ${
      form.type === "space"
        ? html`<div class="field">
            <label for="field-sdk">A new Space runs on</label>
            <select
              id="field-sdk"
              @change=${(event: Event) => {
                model.edit({ sdk: (event.target as HTMLSelectElement).value as SpaceKind });
              }}
            >
              ${SPACE_SDKS.map(
                (sdk) => html`<option value=${sdk} ?selected=${form.sdk === sdk}>${SDK_NAMES[sdk]}</option>`,
              )}
            </select>
          </div>`
        : nothing
    }
  </div>`;
}

function text(
  { model }: Host,
  field: Exclude<Field, "token" | "name"> | "title",
  label: string,
  value: string,
  placeholder: string,
): TemplateResult {
  const wrong = field === "title" ? undefined : model.problems[field];
  return html`<div class="field">
    <label for="field-${field}">${label}</label>
    <input
      id="field-${field}"
      placeholder=${placeholder}
      autocomplete="off"
      autocapitalize="none"
      spellcheck=${field === "title" ? "true" : "false"}
      aria-describedby=${wrong === undefined ? nothing : `${field}-state`}
      aria-invalid=${wrong === undefined ? nothing : "true"}
      .value=${live(value)}
      @input=${(event: Event) => {
        model.edit({ [field]: valueOf(event) });
      }}
    />
    ${wrong === undefined ? nothing : html`<p id="${field}-state" class="state small">${problem(wrong)}</p>`}
  </div>`;
}

function problem(message: string): TemplateResult {
  return html`<span class="bad-text">${warningIcon} ${message}</span>`;
}

function valueOf(event: Event): string {
  return (event.target as HTMLInputElement).value;
}
