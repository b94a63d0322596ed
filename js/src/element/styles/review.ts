import { css } from "lit";

/** What the review says about the files: findings, what was left out, the options. */
export const review = css`
  .findings {
    display: grid;
    gap: 0.5rem;
    padding: 0 clamp(0.875rem, 3cqi, 1.25rem) 0.75rem;
  }

  .finding {
    flex-wrap: wrap;
  }

  .finding > .grow {
    min-inline-size: min(11rem, 80%);
  }

  .finding > .button {
    min-block-size: 2rem;
    padding-block: 0.25rem;
    margin-inline-start: auto;
  }

  .finding .paths li {
    display: flex;
    align-items: center;
    gap: 0.25rem;
  }

  .finding .paths bdi {
    min-inline-size: 0;
  }

  .icon-button.tiny {
    inline-size: 1.5rem;
    block-size: 1.5rem;
    font-size: 0.8125rem;
  }

  .left-out section {
    margin-block-start: 0.5rem;
  }

  .left-out h3 {
    display: inline;
    font-size: 0.8125rem;
  }

  .left-out .rules {
    padding-inline-start: 0.75rem;
    overflow-wrap: anywhere;
  }

  .left-out .rules summary {
    font-size: 0.8125rem;
    font-weight: 400;
  }

  .rule {
    font-family: var(--_mono);
    font-size: 0.92em;
  }

  .options-body {
    display: grid;
    gap: 0.75rem;
    padding-block-start: 0.5rem;
  }

  .options summary .muted {
    font-weight: 400;
  }

  .check.top {
    align-items: start;
  }

  .check.top input {
    flex: none;
    margin-block-start: 0.2em;
  }

  .check.top .small {
    display: block;
  }
`;
