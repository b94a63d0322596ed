/** What is not among the files to push, and the rule that says so. */
import { html, nothing, type TemplateResult } from "lit";
import { count, counted, printable } from "../format.js";
import type { LeftOutGroup, LeftOutRule, SkipKind } from "../left-out.js";
import type { Host } from "./host.js";
import { note, pathList } from "./parts.js";

const TITLES: Record<SkipKind, string> = {
  gitignore: "By .gitignore",
  patterns: "By your patterns",
  system: "Left behind by the system",
  kind: "Not files that a repository can hold",
  default: "Never pushed",
  empty: "Empty folders",
};
/** Rules of one kind that are listed. */
const LISTED = 50;

/** Everything that was left out, folded away. */
export function leftOutView(host: Host): TemplateResult | typeof nothing {
  const { model } = host;
  const { gitignore } = model.form;
  const groups = model.selection.leftOut.groups.filter(({ by }) => gitignore || by !== "gitignore");
  const total = groups.reduce((sum, group) => sum + group.total, 0);
  return html`${
    !gitignore && model.selection.ignored.size > 0
      ? note(
          "info",
          html`${counted(model.selection.ignored.size, "file")} that .gitignore names
          ${model.selection.ignored.size === 1 ? "goes" : "go"} along.`,
          toggle(host, "Leave them out", true),
        )
      : nothing
  }
  ${
    total === 0
      ? nothing
      : html`<details class="left-out">
          <summary>${count(total)} left out</summary>
          ${groups.map((group) => kind(host, group))}
        </details>`
  }`;
}

function kind(host: Host, { by, total, rules }: LeftOutGroup): TemplateResult {
  return html`<section>
    <h3>${TITLES[by]} <span class="muted number">(${count(total)})</span></h3>
    ${by === "gitignore" ? toggle(host, "Take them along", false) : nothing}
    <ul class="rules">
      ${rules.slice(0, LISTED).map((rule) => html`<li>${one(rule)}</li>`)}
      ${rules.length > LISTED ? html`<li>and ${counted(rules.length - LISTED, "more rule")}</li>` : nothing}
    </ul>
  </section>`;
}

function one({ rule, total, paths }: LeftOutRule): TemplateResult {
  return html`<details>
    <summary><bdi class="rule">${printable(rule)}</bdi> <span class="muted number">(${count(total)})</span></summary>
    ${pathList(paths, total)}
  </details>`;
}

function toggle({ model }: Host, label: string, gitignore: boolean): TemplateResult {
  return html`<button
    class="button quiet small"
    type="button"
    @click=${() => {
      model.edit({ gitignore });
    }}
  >
    ${label}
  </button>`;
}
