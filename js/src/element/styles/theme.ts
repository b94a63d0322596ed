import { css } from "lit";

/**
 * Colours and sizes. Each `--hubferry-*` property may be set from outside; the private ones take it over or fall back to
 * the calm default of the scheme. Text on every surface keeps a contrast of at least 4.5:1 in both schemes.
 */
export const theme = css`
  :host {
    --_accent: var(--hubferry-accent, #0b6478);
    --_accent-strong: var(--hubferry-accent-strong, #084e5e);
    --_on-accent: var(--hubferry-on-accent, #ffffff);
    --_tint: var(--hubferry-tint, #e6f1f4);
    --_surface: var(--hubferry-surface, #ffffff);
    --_sunken: var(--hubferry-sunken, #f5f7f9);
    --_text: var(--hubferry-text, #16222c);
    --_muted: var(--hubferry-muted, #55636f);
    --_line: var(--hubferry-line, #dbe2e8);
    --_field: var(--hubferry-field, #8593a0);
    --_good: var(--hubferry-good, #15703f);
    --_warn: var(--hubferry-warn, #8a5300);
    --_warn-tint: var(--hubferry-warn-tint, #fdf3e1);
    --_bad: var(--hubferry-bad, #b3261e);
    --_bad-tint: var(--hubferry-bad-tint, #fdecea);
    --_read: var(--hubferry-read, #9cc9d6);
    --_shadow: var(--hubferry-shadow, 0 1px 2px rgb(16 34 44 / 6%), 0 8px 28px rgb(16 34 44 / 7%));
    --_radius: var(--hubferry-radius, 14px);
    --_mono: var(
      --hubferry-mono,
      ui-monospace,
      "SF Mono",
      "Cascadia Mono",
      "Segoe UI Mono",
      "Liberation Mono",
      Menlo,
      Consolas,
      monospace
    );
  }

  @media (prefers-color-scheme: dark) {
    :host {
      --_accent: var(--hubferry-accent, #6cc7dc);
      --_accent-strong: var(--hubferry-accent-strong, #93d8e8);
      --_on-accent: var(--hubferry-on-accent, #06262e);
      --_tint: var(--hubferry-tint, #14323b);
      --_surface: var(--hubferry-surface, #161f26);
      --_sunken: var(--hubferry-sunken, #10171d);
      --_text: var(--hubferry-text, #e7eef3);
      --_muted: var(--hubferry-muted, #9fb0bc);
      --_line: var(--hubferry-line, #2a3742);
      --_field: var(--hubferry-field, #6f8290);
      --_good: var(--hubferry-good, #74d39c);
      --_warn: var(--hubferry-warn, #f0bd6b);
      --_warn-tint: var(--hubferry-warn-tint, #33280f);
      --_bad: var(--hubferry-bad, #ff9d94);
      --_bad-tint: var(--hubferry-bad-tint, #3a1a18);
      --_read: var(--hubferry-read, #2f6170);
      --_shadow: var(--hubferry-shadow, 0 1px 2px rgb(0 0 0 / 40%), 0 10px 30px rgb(0 0 0 / 28%));
    }
  }
`;
