/** Small pieces that several views share. */
import { html, nothing, type TemplateResult } from "lit";
import { count, printable } from "../format.js";
import { infoIcon, warningIcon } from "../icons.js";

/** How serious a note is. */
export type Tone = "info" | "warn" | "bad";

/** A note: an icon, and what it says. */
export function note(tone: Tone, content: unknown, action: unknown = nothing): TemplateResult {
  return html`<div class="note ${tone}">
    ${tone === "info" ? infoIcon : warningIcon}
    <div class="grow">${content}</div>
    ${action}
  </div>`;
}

/** A list of paths that says how many more there are. */
export function pathList(paths: readonly string[], total = paths.length): TemplateResult {
  const rest = total - paths.length;
  return html`<ul class="paths">
    ${paths.map((path) => html`<li><bdi>${printable(path)}</bdi></li>`)}
    ${rest > 0 ? html`<li>and ${count(rest)} more</li>` : nothing}
  </ul>`;
}

/** A link to the Hub, which opens beside this page: work may be going on here. */
export function outLink(href: string, text: unknown, className = ""): TemplateResult {
  return html`<a class=${className} href=${href} target="_blank" rel="noopener noreferrer">${text}</a>`;
}
