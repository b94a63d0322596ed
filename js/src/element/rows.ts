/**
 * `<hubferry-rows>`: a scrolling list that renders only what can be seen. Internal to `<hubferry-drop>`.
 *
 * Invariants: every row has the same height; at most the visible rows and {@link OVERSCAN} on each side exist. It has no
 * shadow root, so the styles and ids of its owner reach the rows. Sizes are set through the CSSOM, because a strict
 * content security policy refuses `style` attributes.
 *
 * What a row is, and how it tells a screen reader its place, is its owner's business.
 */
import { html, LitElement, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";

/** Rows rendered beyond each edge, so that scrolling does not show blanks. */
const OVERSCAN = 8;

/** A list of rows of one height. */
export class HubferryRows extends LitElement {
  /** How many rows there are. */
  @property({ type: Number }) count = 0;
  /** Height of a row in CSS pixels. */
  @property({ type: Number, attribute: "row-height" }) rowHeight = 40;
  /** Renders the row at an index. */
  @property({ attribute: false }) renderRow: (index: number) => TemplateResult = () => html``;

  #first = 0;
  #last = 0;
  // As last told by the browser: asking it while rendering would make it lay out the page each time.
  #top = 0;
  #height = 0;
  readonly #resized = new ResizeObserver(([entry]) => {
    this.#height = entry?.contentRect.height ?? this.clientHeight;
    this.#look();
  });

  override connectedCallback(): void {
    super.connectedCallback();
    this.addEventListener("scroll", this.#scrolled, { passive: true });
    this.#resized.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.removeEventListener("scroll", this.#scrolled);
    this.#resized.disconnect();
  }

  /** Scrolls as little as needed to show a row. */
  reveal(index: number): void {
    const top = index * this.rowHeight;
    if (top < this.scrollTop) this.scrollTop = top;
    else if (top + this.rowHeight > this.scrollTop + this.clientHeight) {
      this.scrollTop = top + this.rowHeight - this.clientHeight;
    }
    this.#scrolled();
  }

  /** How many whole rows are visible at once. */
  get pageRows(): number {
    return Math.max(1, Math.floor(this.#height / this.rowHeight));
  }

  protected override createRenderRoot(): this {
    return this;
  }

  protected override willUpdate(): void {
    const first = Math.floor(this.#top / this.rowHeight) - OVERSCAN;
    const visible = Math.ceil(this.#height / this.rowHeight);
    this.#first = Math.max(0, Math.min(first, this.count - visible));
    this.#last = Math.min(this.count, this.#first + visible + 2 * OVERSCAN);
  }

  protected override render(): TemplateResult {
    const rows: TemplateResult[] = [];
    for (let index = this.#first; index < this.#last; index += 1) rows.push(this.renderRow(index));
    return html`<div class="rows-all" role="presentation">
      <div class="rows-seen" role="presentation">${rows}</div>
    </div>`;
  }

  protected override updated(): void {
    const all = this.querySelector<HTMLElement>(".rows-all");
    const seen = this.querySelector<HTMLElement>(".rows-seen");
    this.style.setProperty("--row-height", `${String(this.rowHeight)}px`);
    if (all !== null) all.style.height = `${String(this.count * this.rowHeight)}px`;
    if (seen !== null) seen.style.transform = `translateY(${String(this.#first * this.rowHeight)}px)`;
  }

  readonly #scrolled = (): void => {
    this.#top = this.scrollTop;
    this.#look();
  };

  #look(): void {
    const top = Math.floor(this.#top / this.rowHeight);
    const bottom = Math.ceil((this.#top + this.#height) / this.rowHeight);
    const covered = top >= this.#first && Math.min(bottom, this.count) <= this.#last;
    if (!covered) this.requestUpdate();
  }
}

if (customElements.get("hubferry-rows") === undefined) customElements.define("hubferry-rows", HubferryRows);

declare global {
  interface HTMLElementTagNameMap {
    "hubferry-rows": HubferryRows;
  }
}
