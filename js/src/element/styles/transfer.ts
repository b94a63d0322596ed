import { css } from "lit";

/** A running push, and the sums of one that has ended. */
export const transfer = css`
  .transfer {
    overflow: hidden;
  }

  .transfer > .pad {
    display: grid;
    gap: 1.125rem;
  }

  .transfer-head {
    display: flex;
    align-items: end;
    gap: 1rem;
  }

  .percent {
    font-size: clamp(1.75rem, 7cqi, 2.5rem);
    font-weight: 650;
    line-height: 1;
    letter-spacing: -0.02em;
  }

  .bar svg {
    display: block;
    overflow: hidden;
    border-radius: 6px;
  }

  .bar rect {
    transition: width 240ms linear;
  }

  .bar .track {
    fill: var(--_line);
  }

  .bar .read {
    fill: var(--_read);
  }

  .bar .stored {
    fill: var(--_accent);
  }

  .bar.idle .track {
    animation: breathe 1.6s ease-in-out infinite;
  }

  @keyframes breathe {
    50% {
      opacity: 0.45;
    }
  }

  .transfer[data-condition="paused"] .stored,
  .transfer[data-condition="offline"] .stored {
    fill: var(--_field);
  }

  .facts {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(7.5rem, 1fr));
    gap: 0.75rem 1.25rem;
  }

  .facts strong {
    font-weight: 650;
  }

  .facts dd span {
    white-space: nowrap;
  }

  .swatch {
    display: inline-block;
    inline-size: 0.625rem;
    block-size: 0.625rem;
    margin-inline-end: 0.375rem;
    border-radius: 3px;
  }

  .swatch.stored {
    background: var(--_accent);
  }

  .transfer[data-condition="paused"] .swatch.stored,
  .transfer[data-condition="offline"] .swatch.stored {
    background: var(--_field);
  }

  .swatch.read {
    background: var(--_read);
  }

  .transfer-controls {
    display: flex;
    flex-wrap: wrap;
    align-items: start;
    justify-content: space-between;
    gap: 0.75rem 1.5rem;
  }

  .pace[open] {
    inline-size: 100%;
  }

  .pace > summary {
    padding-block: 0.5rem;
  }

  .pace > summary .muted {
    font-weight: 400;
  }

  .pace-body {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(15rem, 100%), 1fr));
    align-items: start;
    gap: 0.875rem 1.5rem;
    padding-block: 0.5rem 0.25rem;
  }

  .pace-hint {
    margin-block-start: 0.25rem;
  }

  .pace-body > .check {
    align-self: center;
  }

  .limit {
    display: flex;
    align-items: center;
    gap: 0.5rem;
    white-space: nowrap;
  }

  .limit input {
    flex: 0 1 6rem;
  }

  .finder {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem 1rem;
    padding: 0.625rem clamp(0.875rem, 4cqi, 1.5rem);
    border-block-start: 1px solid var(--_line);
  }

  .chips {
    display: flex;
    flex: 1 1 auto;
    flex-wrap: wrap;
    gap: 0.375rem;
  }

  .chip {
    min-block-size: 1.75rem;
    padding: 0.125rem 0.625rem;
    border: 1px solid var(--_field);
    border-radius: 999px;
    background: none;
    color: var(--_text);
    font: inherit;
    font-size: 0.8125rem;
    cursor: pointer;
  }

  .chip:hover {
    background: var(--_sunken);
  }

  .chip[aria-pressed="true"] {
    background: var(--_tint);
    border-color: var(--_accent);
    box-shadow: inset 0 0 0 1px var(--_accent);
    color: var(--_accent-strong);
    font-weight: 600;
  }

  .chip:focus-visible {
    outline: 2px solid var(--_accent);
    outline-offset: 2px;
  }

  .finder input {
    flex: 1 1 11rem;
    min-inline-size: 0;
    max-inline-size: 18rem;
    min-block-size: 2rem;
    padding: 0.1875rem 0.625rem;
    border: 1px solid var(--_field);
    border-radius: calc(var(--_radius) - 5px);
    background: var(--_surface);
    color: inherit;
    font: inherit;
    font-size: 0.875rem;
  }

  .finder input::placeholder {
    color: var(--_muted);
    opacity: 1;
  }

  .no-rows {
    padding: 1rem clamp(0.875rem, 4cqi, 1.5rem);
  }

  @media (forced-colors: active) {
    .chip[aria-pressed="true"] {
      background: Highlight;
      color: HighlightText;
      forced-color-adjust: none;
    }

    .bar svg {
      border: 1px solid CanvasText;
    }

    .bar .track {
      fill: Canvas;
    }

    .bar .read,
    .swatch.read {
      fill: GrayText;
      background: GrayText;
      forced-color-adjust: none;
    }

    .bar .stored,
    .swatch.stored {
      fill: Highlight;
      background: Highlight;
      forced-color-adjust: none;
    }
  }
`;
