import { css } from "lit";

/** The layout of the stages. */
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

  .skipped h3 {
    margin-block: 0.5rem 0;
    font-size: 0.8125rem;
  }

  /* form */
  .form {
    display: grid;
    gap: 0.875rem;
    min-inline-size: 0;
  }

  .form h3 {
    font-size: 1.0625rem;
  }

  .field {
    display: grid;
    gap: 0.25rem;
    min-inline-size: 0;
    align-content: start;
  }

  .field label,
  legend {
    font-size: 0.875rem;
    font-weight: 600;
  }

  .field :is(input, select) {
    inline-size: 100%;
    min-inline-size: 0;
    min-block-size: 2.5rem;
    padding: 0.375rem 0.75rem;
    border: 1px solid var(--_field);
    border-radius: calc(var(--_radius) - 5px);
    background: var(--_surface);
    color: inherit;
    font: inherit;
    font-size: 1rem;
  }

  .field input.mono {
    font-family: var(--_mono);
    font-size: 0.9375rem;
  }

  .field input::placeholder {
    color: var(--_muted);
    opacity: 1;
  }

  .field input[aria-invalid] {
    border-color: var(--_bad);
  }

  .field :is(input, select):focus-visible {
    outline-offset: 0;
  }

  /* The list of namespaces opens while typing; a mark for it would only be in the way. */
  .field input::-webkit-calendar-picker-indicator {
    display: none !important;
  }

  .with-button {
    position: relative;
  }

  .with-button input {
    padding-inline-end: 2.75rem;
  }

  .with-button .icon-button {
    position: absolute;
    inset-block-start: 0.25rem;
    inset-inline-end: 0.25rem;
  }

  /* Its line is kept free: a form that moves under the pointer loses the click that made it move. */
  .state {
    min-block-size: 1.5em;
    overflow-wrap: anywhere;
  }

  .pair {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr));
    gap: 0.875rem 0.75rem;
  }

  .segments {
    min-inline-size: 0;
  }

  .segments legend {
    margin-block-end: 0.25rem;
  }

  .segment-row {
    display: flex;
  }

  .segments label {
    position: relative;
    flex: 1;
  }

  .segments input {
    position: absolute;
    inset: 0;
    margin: 0;
    inline-size: 100%;
    block-size: 100%;
    opacity: 0;
    cursor: pointer;
  }

  .segments span {
    display: grid;
    place-items: center;
    min-block-size: 2.375rem;
    border: 1px solid var(--_field);
    border-inline-start-width: 0;
    font-size: 0.9375rem;
  }

  .segments label:first-of-type span {
    border-inline-start-width: 1px;
    border-start-start-radius: calc(var(--_radius) - 5px);
    border-end-start-radius: calc(var(--_radius) - 5px);
  }

  .segments label:last-of-type span {
    border-start-end-radius: calc(var(--_radius) - 5px);
    border-end-end-radius: calc(var(--_radius) - 5px);
  }

  .segments input:checked + span {
    background: var(--_tint);
    box-shadow: inset 0 0 0 1px var(--_accent);
    border-color: var(--_accent);
    color: var(--_accent-strong);
    font-weight: 650;
  }

  .segments input:focus-visible + span {
    outline: 2px solid var(--_accent);
    outline-offset: 2px;
    z-index: 1;
  }

  .line {
    display: flex;
    gap: 0.3em;
    align-items: center;
    white-space: nowrap;
  }

  .line > bdi {
    min-inline-size: 0;
    overflow: hidden;
    text-overflow: ellipsis;
  }

  .new-repo {
    display: grid;
    gap: 0.875rem;
  }

  .check {
    display: flex;
    align-items: center;
    gap: 0.625rem;
    min-block-size: 1.5rem;
    font-size: 0.9375rem;
  }

  .check input {
    inline-size: 1.125rem;
    block-size: 1.125rem;
    margin: 0;
    accent-color: var(--_accent);
  }

  .center {
    text-align: center;
  }

  /* a running push */
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

  .swatch.read {
    background: var(--_read);
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

    .ferry :is(.hull, .ink) {
      fill: CanvasText;
    }

    .ferry :is(.deck, .windows, .wave) {
      stroke: CanvasText;
    }

    .segments input:checked + span {
      background: Highlight;
      color: HighlightText;
      forced-color-adjust: none;
    }

    .overlay {
      background: Canvas;
    }
  }
`;
