import { css, unsafeCSS } from "lit";

/** Rem by which one level of the tree lies further in. */
const INDENT = 1.125;
/** Levels that are indented, as in the tree. */
const LEVELS = 12;

// One rule per level: a strict content security policy refuses the style attribute that would say it in one.
const indents = Array.from(
  { length: LEVELS },
  (_, level) =>
    `.node[data-indent="${String(level + 1)}"] { padding-inline-start: ${String(0.5 + level * INDENT)}rem; }`,
).join("\n");

/** The two virtual lists: the tree of the review, and the files of a push. */
export const lists = css`
  hubferry-tree {
    display: block;
  }

  hubferry-rows {
    display: block;
    overflow: auto;
    overflow-anchor: none;
    overscroll-behavior: contain;
    border-block-start: 1px solid var(--_line);
  }

  /* The rows reach the edges of their card and would cover an outline: the card shows it for them. */
  hubferry-rows:focus-visible {
    outline: none;
  }

  .card:has(hubferry-rows:focus-visible) {
    outline: 2px solid var(--_accent);
    outline-offset: 2px;
  }

  .tree {
    max-block-size: clamp(14rem, 60vh, 34rem);
  }

  .file-rows {
    max-block-size: clamp(12rem, 46vh, 30rem);
  }

  .row {
    position: relative;
    display: flex;
    align-items: center;
    gap: 0.5rem;
    block-size: var(--row-height, 40px);
    min-inline-size: 0;
    padding-inline: clamp(0.875rem, 4cqi, 1.5rem);
    font-size: 0.9375rem;
  }

  .row:nth-child(n + 2) {
    box-shadow: 0 -1px 0 var(--_line);
  }

  .row .kind {
    display: inline-flex;
    flex: none;
    color: var(--_muted);
  }

  .row .kind.folder {
    color: var(--_accent);
  }

  .row .size {
    flex: none;
    min-inline-size: 4.75rem;
    font-size: 0.8125rem;
    text-align: end;
  }

  .row .files {
    flex: none;
    font-size: 0.8125rem;
  }

  /* tree */
  .node {
    padding-inline-end: 0.375rem;
    cursor: default;
  }

  ${unsafeCSS(indents)}

  .node[aria-expanded] {
    cursor: pointer;
  }

  .node:hover {
    background: var(--_sunken);
  }

  hubferry-rows:focus-visible .node.active {
    background: var(--_tint);
    outline: 2px solid var(--_accent);
    outline-offset: -2px;
  }

  /* Read out as name, size, files; shown with the sizes in one column. */
  .node > .size {
    order: 1;
  }

  .node > .icon-button {
    order: 2;
  }

  .twig {
    display: inline-grid;
    place-items: center;
    inline-size: 1.25rem;
    flex: none;
    color: var(--_muted);
    font-size: 0.8125rem;
  }

  .twig .icon {
    transition: rotate 120ms;
  }

  .twig.open .icon {
    rotate: 90deg;
  }

  .name {
    flex: 1;
    min-inline-size: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    /* A name may begin with a space. */
    white-space: pre;
  }

  /* files of a push */
  .path {
    display: flex;
    flex: 1;
    min-inline-size: 0;
    white-space: nowrap;
  }

  .path .dir {
    flex: 0 1 auto;
    min-inline-size: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    color: var(--_muted);
    white-space: pre;
  }

  .path .base {
    flex: 0 0 auto;
    max-inline-size: 100%;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: pre;
  }

  /* However long the reason, the path keeps the larger half. */
  .doing {
    flex: 0 1 auto;
    min-inline-size: 0;
    max-inline-size: 45%;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    color: var(--_muted);
  }

  .file-row:is(.sending, .reading) :is(.kind, .doing) {
    color: var(--_accent);
  }

  .file-row:is(.uploaded, .committed) .kind {
    color: var(--_good);
  }

  .file-row.retrying :is(.kind, .doing) {
    color: var(--_warn);
  }

  .file-row.failed :is(.kind, .doing) {
    color: var(--_bad);
  }

  /* On a narrow page what a file is doing goes below its path. */
  @container (max-width: 35rem) {
    .file-row {
      display: grid;
      grid-template-columns: auto minmax(0, 1fr) auto;
      grid-template-areas: "kind path size" "kind doing size";
      align-content: center;
      row-gap: 0;
      line-height: 1.35;
    }

    .file-row .kind {
      grid-area: kind;
    }

    .file-row .path {
      grid-area: path;
    }

    .file-row .doing {
      grid-area: doing;
      max-inline-size: 100%;
    }

    .file-row .size {
      grid-area: size;
      align-self: center;
      min-inline-size: 0;
    }

    .node .files {
      display: none;
    }

    .node .size {
      min-inline-size: 0;
    }
  }
`;
