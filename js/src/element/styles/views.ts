import { css } from "lit";

/** The layout of the stages; the form and a running push have files of their own. */
export const views = css`
  /* empty */
  .zone {
    padding: 0.625rem;
  }

  .zone-edge {
    display: flex;
    flex-direction: column;
    align-items: center;
    gap: 0.875rem;
    padding: clamp(1.75rem, 8cqi, 4rem) clamp(0.875rem, 5cqi, 3rem);
    border: 2px dashed var(--_line);
    border-radius: calc(var(--_radius) - 5px);
    text-align: center;
  }

  .zone .actions {
    justify-content: center;
    margin-block-start: 0.5rem;
  }

  .zone .note {
    text-align: start;
  }

  .ferry {
    inline-size: 9rem;
    block-size: auto;
    fill: none;
    stroke-linecap: round;
    stroke-linejoin: round;
  }

  .ferry .hull {
    fill: var(--_accent);
  }

  .ferry .deck {
    fill: var(--_tint);
    stroke: var(--_accent);
    stroke-width: 2;
  }

  .ferry .ink {
    fill: var(--_accent);
  }

  .ferry .windows {
    stroke: var(--_accent);
    stroke-width: 3;
  }

  .ferry .wave {
    stroke: var(--_accent);
    stroke-width: 3;
  }

  .ferry .faint {
    opacity: 0.45;
  }

  .ferry .boat {
    animation: bob 4.5s ease-in-out infinite;
    transform-origin: 80px 74px;
  }

  @keyframes bob {
    50% {
      transform: translateY(3px) rotate(-1.2deg);
    }
  }

  /* drag over */
  .overlay {
    position: fixed;
    inset: 0;
    z-index: 2147483000;
    display: grid;
    place-items: center;
    padding: 1rem;
    background: color-mix(in srgb, var(--_tint) 90%, transparent);
    backdrop-filter: blur(8px);
    pointer-events: none;
  }

  :host([drop-target="element"]) {
    position: relative;
  }

  :host([drop-target="element"]) .overlay {
    position: absolute;
  }

  .overlay-box {
    display: grid;
    place-content: center;
    justify-items: center;
    gap: 1rem;
    inline-size: 100%;
    block-size: 100%;
    padding: 1.5rem;
    border: 3px dashed var(--_accent);
    border-radius: 20px;
    color: var(--_accent-strong);
    font-size: 1.5rem;
    font-weight: 650;
    text-align: center;
  }

  .overlay.refused {
    background: color-mix(in srgb, var(--_sunken) 90%, transparent);
  }

  .overlay.refused .overlay-box {
    border-color: var(--_field);
    color: var(--_muted);
  }

  /* scanning */
  .scanning {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 1rem;
  }

  .grow {
    flex: 1;
    min-inline-size: 0;
  }

  .scanning .grow {
    min-inline-size: 12rem;
  }

  .sonar {
    display: grid;
    place-items: center;
    inline-size: 2.75rem;
    block-size: 2.75rem;
    border: 2px solid var(--_line);
    border-radius: 50%;
  }

  .sonar span {
    inline-size: 1rem;
    block-size: 1rem;
    border-radius: 50%;
    background: var(--_accent);
    animation: pulse 1.4s ease-in-out infinite;
  }

  @keyframes pulse {
    50% {
      transform: scale(0.55);
      opacity: 0.55;
    }
  }

  /* review */
  .review {
    display: grid;
    gap: 1rem;
    align-items: start;
  }

  @container (min-width: 52rem) {
    .review {
      grid-template-columns: minmax(0, 1fr) 22rem;
    }
  }

  .files {
    min-inline-size: 0;
    overflow: hidden;
  }

  .files-head {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 0.5rem 1rem;
    padding: 1rem clamp(0.875rem, 3cqi, 1.25rem) 0.25rem;
  }

  .files-head .actions {
    gap: 0.125rem;
    margin-inline: -0.625rem;
  }

  .placement {
    padding: 0 clamp(0.875rem, 3cqi, 1.25rem) 0.75rem;
    overflow-wrap: anywhere;
  }

  .strong {
    font-weight: 650;
    color: var(--_text);
  }

  .button.inline {
    display: inline;
    min-block-size: 1.5rem;
    margin-inline-start: -0.25rem;
    padding: 0.0625rem 0.25rem;
    font-size: inherit;
    text-align: start;
  }

  .nothing {
    padding: 2.5rem 1.25rem;
    border-block-start: 1px solid var(--_line);
    text-align: center;
  }

  .undo {
    display: flex;
    align-items: center;
    gap: 0.75rem;
    padding: 0.375rem clamp(0.875rem, 3cqi, 1.25rem);
    border-block-start: 1px solid var(--_line);
    background: var(--_sunken);
    overflow-wrap: anywhere;
  }

  .remarks {
    display: grid;
    gap: 0.5rem;
    padding: 0.75rem clamp(0.875rem, 3cqi, 1.25rem);
    border-block-start: 1px solid var(--_line);
  }

  .files[aria-busy="true"] hubferry-tree {
    opacity: 0.6;
  }

  /* outcome */
  .outcome {
    display: grid;
    gap: 1rem;
    justify-items: start;
  }

  .outcome > * {
    max-inline-size: 100%;
  }

  .outcome > p {
    overflow-wrap: anywhere;
  }

  .outcome > :is(.facts, .note, .commit, details) {
    inline-size: 100%;
  }

  .outcome .lead {
    margin-block-start: -0.75rem;
    overflow-wrap: anywhere;
  }

  .badge {
    display: grid;
    place-items: center;
    inline-size: 3rem;
    block-size: 3rem;
    border-radius: 50%;
    background: var(--_sunken);
    color: var(--_muted);
    font-size: 1.25rem;
  }

  .badge.good {
    background: var(--_tint);
    color: var(--_good);
  }

  .badge.bad {
    background: var(--_bad-tint);
    color: var(--_bad);
  }

  .commit {
    display: flex;
    align-items: baseline;
    gap: 0.75rem;
    padding: 0.625rem 0.875rem;
    border: 1px solid var(--_line);
    border-radius: calc(var(--_radius) - 4px);
    background: var(--_sunken);
    overflow-wrap: anywhere;
  }

  .oid {
    flex: none;
    color: var(--_accent);
    font-weight: 650;
  }

  @media (forced-colors: active) {
    .ferry :is(.hull, .ink) {
      fill: CanvasText;
    }

    .ferry :is(.deck, .windows, .wave) {
      stroke: CanvasText;
    }

    .overlay {
      background: Canvas;
    }
  }
`;
