/** The title of the tab: how far the push is, for whoever works in another one. */

const NAME = "hubferry";

/** Conditions in which the share does not move. */
const HELD: Partial<Record<string, string>> = {
  paused: "Paused",
  offline: "Offline",
  limited: "Waiting",
  elsewhere: "Waiting",
};

/** The title for a stage; `share` is how much of a push is done, 0 to 1. */
export function titleOf(state: string, share = 0, condition = ""): string {
  switch (state) {
    case "scanning":
      return `Looking through files · ${NAME}`;
    case "review":
      return `Ready to push · ${NAME}`;
    case "again":
      return `Choose the folder again · ${NAME}`;
    case "uploading":
      return `${HELD[condition] ?? `${String(Math.floor(share * 100))}%`} · ${NAME}`;
    case "done":
    case "unchanged":
      return `Done · ${NAME}`;
    case "failed":
      return `Failed · ${NAME}`;
    case "cancelled":
      return `Cancelled · ${NAME}`;
    default:
      return NAME;
  }
}
