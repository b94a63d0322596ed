/** What holds a running push up, and what the person can do about it. */
import { html, nothing, type TemplateResult } from "lit";
import { count, elapsed, sentence } from "../format.js";
import { clockIcon, offlineIcon } from "../icons.js";
import type { Condition } from "../transfer.js";
import type { Host } from "./host.js";
import { note } from "./parts.js";

/** The banner of a condition that is not the usual one. */
export function conditionBanner({ model }: Host, condition: Condition): TemplateResult | typeof nothing {
  switch (condition.is) {
    case "offline":
      return html`<div class="note warn middle">
        ${offlineIcon}
        <div class="grow">This device has no connection. Nothing is lost: the push waits.</div>
        <button
          class="button quiet small"
          type="button"
          @click=${() => {
            model.resume();
          }}
        >
          Try now
        </button>
      </div>`;
    case "limited":
      return html`<div class="note warn">
        ${clockIcon}
        <div class="grow">
          The Hub asks to wait, as it takes a limited number of requests in five minutes. Nothing is lost:
          <span class="number">goes on in ${elapsed(secondsUntil(condition.until, Date.now()))}.</span>
        </div>
      </div>`;
    case "elsewhere":
      return note(
        "info",
        html`Another tab of this browser pushes the same folder to the same place. This one goes on when the other has
        ended, or is closed.`,
      );
    case "retrying":
      return note(
        "warn",
        html`${sentence(condition.cause)}
          <span class="muted number"
            >Next try in ${count(secondsUntil(condition.resumesAt, performance.now()))} s (attempt
            ${count(condition.attempt + 1)}).</span
          >`,
      );
    default:
      return nothing;
  }
}

function secondsUntil(then: number, now: number): number {
  return Math.max(1, Math.ceil((then - now) / 1000));
}
