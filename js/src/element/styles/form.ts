import { css } from "lit";

/** The form of the destination. */
export const form = css`
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

  .field :is(input, select, textarea) {
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

  .field :is(input, textarea).mono {
    font-family: var(--_mono);
    font-size: 0.9375rem;
  }

  .field :is(input, textarea)::placeholder {
    color: var(--_muted);
    opacity: 1;
  }

  .field textarea {
    display: block;
    resize: vertical;
  }

  .field input[aria-invalid] {
    border-color: var(--_bad);
  }

  .field :is(input, select, textarea):focus-visible {
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

  @media (forced-colors: active) {
    .segments input:checked + span {
      background: Highlight;
      color: HighlightText;
      forced-color-adjust: none;
    }
  }
`;
