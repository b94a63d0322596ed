/**
 * `hubferry/element`: the `<hubferry-drop>` custom element. Importing it defines the element.
 *
 * @example
 * ```html
 * <script type="module">
 *   import "hubferry/element";
 * </script>
 * <hubferry-drop repo="datasets/alice/photos"></hubferry-drop>
 * ```
 */
import { HubferryDrop } from "./drop.js";

export type { RepoKind } from "./destination.js";
export type { HubferryDropEventMap } from "./drop-events.js";
export type { StageName } from "./model.js";
export { HubferryDrop };

// A page may load the package twice; the first one stays.
if (customElements.get("hubferry-drop") === undefined) customElements.define("hubferry-drop", HubferryDrop);

declare global {
  interface HTMLElementTagNameMap {
    "hubferry-drop": HubferryDrop;
  }
}
