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

  @media (forced-colors: active) {
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
