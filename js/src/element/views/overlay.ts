/** Something is being dragged over the page. */
import { html, type TemplateResult } from "lit";
import { counted } from "../format.js";
import { ferryPicture } from "../icons.js";

/** What a drag brings, and whether it can be taken. */
export interface Drag {
  /** How many items; 0 when the browser does not tell. */
  readonly items: number;
  readonly accepted: boolean;
}

/** The whole page as a place to drop. */
export function overlayView({ items, accepted }: Drag): TemplateResult {
  const what = items === 0 ? "" : ` to add ${counted(items, "item")}`;
  return html`<div class="overlay ${accepted ? "" : "refused"}" part="overlay">
    <div class="overlay-box">
      ${ferryPicture}
      <p>${accepted ? `Drop${what}` : "Wait until this push has ended"}</p>
    </div>
  </div>`;
}
