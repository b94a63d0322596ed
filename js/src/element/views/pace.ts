/** How fast a push may go: folded away, with a summary that says what holds it back. */
import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import type { Limit } from "../throttle.js";
import { LIMITS } from "../throttle.js";
import type { Host } from "./host.js";

const LIMIT_NAMES: Record<Limit, string> = {
  none: "No limit",
  "1": "1 MB/s",
  "5": "5 MB/s",
  "20": "20 MB/s",
  own: "Other…",
};

/** The wishes of the person. */
export function paceView(host: Host): TemplateResult {
  const { throttle } = host.model;
  const { words } = throttle;
  return html`<details class="pace">
    <summary>Speed${words === "" ? nothing : html` <span class="muted">${words}</span>`}</summary>
    <div class="pace-body">
      ${mode(host)} ${limit(host)}
      ${
        host.canKeepAwake
          ? html`<label class="check">
              <input
                type="checkbox"
                .checked=${live(throttle.awake)}
                @change=${(event: Event) => {
                  host.model.setPace({ awake: (event.target as HTMLInputElement).checked });
                }}
              />
              <span>Keep the screen on <span class="small muted">while this push runs</span></span>
            </label>`
          : nothing
      }
    </div>
  </details>`;
}

function mode({ model }: Host): TemplateResult {
  const choices = [
    { gentle: false, label: "Full speed" },
    { gentle: true, label: "Gentle" },
  ];
  return html`<fieldset class="segments">
    <legend>How</legend>
    <div class="segment-row">
      ${choices.map(
        ({ gentle, label }) =>
          html`<label>
            <input
              type="radio"
              name="gentle"
              .checked=${live(model.throttle.gentle === gentle)}
              @change=${() => {
                model.setPace({ gentle });
              }}
            />
            <span>${label}</span>
          </label>`,
      )}
    </div>
    <p class="small muted pace-hint">Gentle sends one thing at a time, so that others on this line are not held up.</p>
  </fieldset>`;
}

function limit({ model }: Host): TemplateResult {
  const { throttle } = model;
  const { problem } = throttle;
  return html`<div class="field">
    <label for="field-limit">At most</label>
    <div class="limit">
      <select
        id="field-limit"
        @change=${(event: Event) => {
          model.setPace({ limit: (event.target as HTMLSelectElement).value as Limit });
        }}
      >
        ${LIMITS.map((each) => html`<option value=${each} ?selected=${throttle.limit === each}>${LIMIT_NAMES[each]}</option>`)}
      </select>
      ${
        throttle.limit === "own"
          ? html`<input
                id="field-own-limit"
                inputmode="decimal"
                autocomplete="off"
                aria-label="Megabytes per second"
                aria-describedby=${problem === undefined ? nothing : "own-limit-problem"}
                aria-invalid=${problem === undefined ? nothing : "true"}
                .value=${live(throttle.own)}
                @input=${(event: Event) => {
                  model.setPace({ own: (event.target as HTMLInputElement).value });
                }}
              />
              <span aria-hidden="true">MB/s</span>`
          : nothing
      }
    </div>
    ${problem === undefined ? nothing : html`<p id="own-limit-problem" class="small bad-text">${problem}</p>`}
  </div>`;
}
