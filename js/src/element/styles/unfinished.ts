import { css } from "lit";

/** Pushes that can be continued, and what a push has left behind. */
export const unfinished = css`
  .unfinished {
    display: grid;
    gap: 0.5rem;
    margin-block-end: 1rem;
    padding: 0.875rem clamp(0.875rem, 4cqi, 1.5rem);
  }

  h2.minor {
    font-size: 1.0625rem;
  }

  .again .note {
    align-items: center;
    max-inline-size: 100%;
  }

  .unfinished-push {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem 0.875rem;
    padding-block: 0.5rem;
    overflow-wrap: anywhere;
  }

  .unfinished-push + .unfinished-push {
    border-block-start: 1px solid var(--_line);
  }

  .unfinished-push > .icon {
    color: var(--_accent);
  }

  .unfinished-push > .grow {
    min-inline-size: min(14rem, 80%);
  }

  .left-behind {
    display: grid;
    gap: 0.625rem;
    justify-items: start;
    inline-size: 100%;
  }

  .left-behind > .note {
    inline-size: 100%;
  }
`;
