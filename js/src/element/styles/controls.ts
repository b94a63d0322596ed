import { css } from "lit";

/** Buttons, links, fields, and what all views share. */
export const controls = css`
  :host {
    display: block;
    color: var(--_text);
    font: inherit;
    line-height: 1.5;
    text-align: start;
  }

  :host([hidden]) {
    display: none;
  }

  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }

  .frame {
    container-type: inline-size;
  }

  h2,
  h3,
  p,
  ul,
  dl,
  dd,
  fieldset,
  legend {
    margin: 0;
    padding: 0;
    border: 0;
  }

  ul {
    list-style: none;
  }

  h2 {
    font-size: 1.25rem;
    font-weight: 650;
    line-height: 1.3;
    letter-spacing: -0.01em;
    text-wrap: balance;
    overflow-wrap: anywhere;
  }

  h3 {
    font-size: 0.9375rem;
    font-weight: 650;
  }

  /* The focus goes to a heading by itself when a stage begins: a ring is only for those who go by keyboard. */
  :is(h2, h3):focus {
    outline: none;
  }

  .by-keys :is(h2, h3):focus {
    outline: 2px solid var(--_accent);
    outline-offset: 4px;
    border-radius: 4px;
  }

  small,
  .small {
    font-size: 0.8125rem;
  }

  .muted {
    color: var(--_muted);
  }

  .mono {
    font-family: var(--_mono);
    font-size: 0.92em;
  }

  .number {
    font-variant-numeric: tabular-nums;
  }

  .card {
    background: var(--_surface);
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    box-shadow: var(--_shadow);
  }

  .pad {
    padding: clamp(1rem, 4cqi, 1.5rem);
  }

  .icon {
    inline-size: 1.25em;
    block-size: 1.25em;
    flex: none;
    fill: none;
    stroke: currentcolor;
    stroke-width: 1.75;
    stroke-linecap: round;
    stroke-linejoin: round;
    vertical-align: -0.25em;
  }

  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: 0.625rem;
  }

  .button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 0.5rem;
    min-block-size: 2.5rem;
    padding: 0.4375rem 1rem;
    border: 1px solid var(--_field);
    border-radius: calc(var(--_radius) - 4px);
    background: var(--_surface);
    color: var(--_text);
    font: inherit;
    font-weight: 600;
    line-height: 1.25;
    text-decoration: none;
    cursor: pointer;
    transition:
      background-color 120ms,
      border-color 120ms;
  }

  .button:hover {
    background: var(--_sunken);
    border-color: var(--_muted);
  }

  .button.primary {
    background: var(--_accent);
    border-color: var(--_accent);
    color: var(--_on-accent);
  }

  .button.primary:hover {
    background: var(--_accent-strong);
    border-color: var(--_accent-strong);
  }

  .button.quiet {
    min-block-size: 2rem;
    padding: 0.25rem 0.625rem;
    border-color: transparent;
    background: none;
    color: var(--_accent);
  }

  .button.quiet:hover {
    background: var(--_tint);
  }

  .button.small {
    font-size: 0.875rem;
  }

  .button.wide {
    inline-size: 100%;
    min-block-size: 2.875rem;
  }

  .button[aria-disabled="true"] {
    cursor: default;
    opacity: 0.6;
  }

  .icon-button {
    display: inline-grid;
    place-items: center;
    inline-size: 2rem;
    block-size: 2rem;
    flex: none;
    padding: 0;
    border: 0;
    border-radius: 8px;
    background: none;
    color: var(--_muted);
    cursor: pointer;
  }

  .icon-button:hover {
    background: var(--_tint);
    color: var(--_text);
  }

  a {
    color: var(--_accent);
    text-underline-offset: 0.15em;
  }

  a.button.primary {
    color: var(--_on-accent);
  }

  :is(button, a, input, select, textarea, summary):focus-visible {
    outline: 2px solid var(--_accent);
    outline-offset: 2px;
  }

  .note {
    display: flex;
    gap: 0.625rem;
    align-items: flex-start;
    padding: 0.625rem 0.875rem;
    border-radius: calc(var(--_radius) - 4px);
    background: var(--_tint);
    font-size: 0.875rem;
    overflow-wrap: anywhere;
  }

  .note.middle {
    align-items: center;
    padding-block: 0.375rem;
  }

  .note:not(.middle) > .icon {
    margin-block-start: 0.05em;
  }

  .note > .icon {
    color: var(--_accent);
  }

  .note.warn {
    background: var(--_warn-tint);
  }

  .note.warn > .icon {
    color: var(--_warn);
  }

  .note.bad {
    background: var(--_bad-tint);
  }

  .note.bad > .icon {
    color: var(--_bad);
  }

  .note > .grow {
    flex: 1;
    min-inline-size: 0;
  }

  /* On a narrow page the action goes below what it is about. */
  .note:has(> .button) {
    flex-wrap: wrap;
  }

  .note:has(> .button) > .grow {
    min-inline-size: min(11rem, 70%);
  }

  .good {
    color: var(--_good);
  }

  .warn-text {
    color: var(--_warn);
  }

  .bad-text {
    color: var(--_bad);
  }

  .visually-hidden {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }

  details > summary {
    cursor: pointer;
    border-radius: 6px;
    padding-block: 0.25rem;
    font-size: 0.875rem;
    font-weight: 600;
  }

  .note summary {
    padding-block: 0;
  }

  .paths {
    margin-block-start: 0.25rem;
    padding-inline-start: 1.125rem;
    font-size: 0.8125rem;
    color: var(--_muted);
    overflow-wrap: anywhere;
  }

  @media (prefers-reduced-motion: reduce) {
    *,
    *::before,
    *::after {
      transition: none !important;
      animation: none !important;
    }
  }

  @media (forced-colors: active) {
    .button.primary {
      background: Highlight;
      border-color: Highlight;
      color: HighlightText;
      forced-color-adjust: none;
    }

    .note {
      border: 1px solid CanvasText;
    }
  }
`;
