/** The pictures of the element: strokes in the colour of the text, hidden from screen readers, which get words. */
import { html, svg, type SVGTemplateResult, type TemplateResult } from "lit";

function icon(shape: SVGTemplateResult): TemplateResult {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">${shape}</svg>`;
}

export const folderIcon = icon(
  svg`<path d="M3 7.5A1.5 1.5 0 0 1 4.5 6h4.2l2 2.2h8.8A1.5 1.5 0 0 1 21 9.7v7.8a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 17.5z"/>`,
);
export const fileIcon = icon(svg`<path d="M6.5 3.5h7l4 4v13h-11zM13.5 3.5v4h4"/>`);
export const closeIcon = icon(svg`<path d="M6.5 6.5l11 11M17.5 6.5l-11 11"/>`);
export const checkIcon = icon(svg`<path d="M5 12.5l4.7 4.7L19 7.8"/>`);
export const chevronIcon = icon(svg`<path d="M9.5 6.5l5.5 5.5-5.5 5.5"/>`);
export const pauseIcon = icon(svg`<path d="M9 6v12M15 6v12"/>`);
export const playIcon = icon(svg`<path d="M8 5.5v13l10.5-6.5z"/>`);
export const warningIcon = icon(svg`<path d="M12 4.5l8.7 15H3.3zM12 10.3v4M12 16.9v.1"/>`);
export const infoIcon = icon(svg`<circle cx="12" cy="12" r="8.5"/><path d="M12 11.3v5M12 7.9v.1"/>`);
export const offlineIcon = icon(
  svg`<path d="M4 4l16 16M8.3 8.1A5 5 0 0 0 7 18h10.5M10.8 6.3a5.2 5.2 0 0 1 6.1 4.5 3.7 3.7 0 0 1 2.9 5.4"/>`,
);
export const againIcon = icon(svg`<path d="M19 12a7 7 0 1 1-2.2-5.1M19.3 3.8v3.9h-3.9"/>`);
export const eyeIcon = icon(
  svg`<path d="M2.8 12S6 5.8 12 5.8 21.2 12 21.2 12 18 18.2 12 18.2 2.8 12 2.8 12z"/><circle cx="12" cy="12" r="2.7"/>`,
);
export const eyeOffIcon = icon(
  svg`<path d="M4 4l16 16M9.9 6.1A8.6 8.6 0 0 1 12 5.8c6 0 9.2 6.2 9.2 6.2a15 15 0 0 1-2.7 3.5M6.2 7.8A14.6 14.6 0 0 0 2.8 12S6 18.2 12 18.2a8.7 8.7 0 0 0 4-.9M10.1 10.1a2.7 2.7 0 0 0 3.8 3.8"/>`,
);
export const outIcon = icon(svg`<path d="M10 6H6v12h12v-4M13.5 5.5h5v5M18.5 5.5l-8 8"/>`);
export const upIcon = icon(svg`<path d="M12 19V5.5M6.5 11L12 5.5 17.5 11"/>`);
export const keyIcon = icon(svg`<circle cx="8" cy="16" r="4"/><path d="M10.9 13.1L19 5M16 8l2.5 2.5M13.3 10.7l2 2"/>`);
export const clockIcon = icon(svg`<circle cx="12" cy="12" r="8.5"/><path d="M12 7.3V12l3.2 2"/>`);
export const equalIcon = icon(svg`<path d="M6 9.5h12M6 14.5h12"/>`);
export const skipIcon = icon(svg`<circle cx="12" cy="12" r="8.5"/><path d="M6.2 6.2l11.6 11.6"/>`);

/** A ferry on its way, for the empty page. */
export const ferryPicture = html`<svg class="ferry" viewBox="0 0 160 96" aria-hidden="true" focusable="false">
  <g class="boat">
    <path class="ink" d="M66 26h28v14H66zM78 14h9v12h-9z" />
    <path class="deck" d="M48 40h64v14H48z" />
    <path class="windows" d="M56 47h6M68 47h6M80 47h6M92 47h6M104 47h2" />
    <path class="hull" d="M34 54h92l-10 20H44z" />
  </g>
  <path
    class="wave"
    d="M14 80c8 0 8-6 16.5-6s8.5 6 16.5 6 8-6 16.5-6 8.5 6 16.5 6 8-6 16.5-6 8.5 6 16.5 6 8-6 16.5-6 8.5 6 16.5 6"
  />
  <path class="wave faint" d="M38 91c7 0 7-5 14-5s7 5 14 5 7-5 14-5 7 5 14 5 7-5 14-5 7 5 14 5" />
</svg>`;
