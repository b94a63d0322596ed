/** Which view shows which stage. */
import type { TemplateResult } from "lit";
import { againView } from "./again.js";
import { doneView, unchangedView } from "./done.js";
import { emptyView } from "./empty.js";
import type { Host } from "./host.js";
import { cancelledView, failedView } from "./outcome.js";
import { reviewView } from "./review.js";
import { scanningView } from "./scanning.js";
import { transferView } from "./transfer.js";

/** The stage that the model is in. */
export function stageView(host: Host): TemplateResult {
  const { stage } = host.model;
  switch (stage.is) {
    case "empty":
      return emptyView(host);
    case "again":
      return againView(host, stage);
    case "scanning":
      return scanningView(host);
    case "review":
      return reviewView(host);
    case "uploading":
      return transferView(host, stage.transfer);
    case "done":
      return doneView(host, stage);
    case "unchanged":
      return unchangedView(host, stage.output);
    case "failed":
      return failedView(host, stage.failure, stage.transfer);
    case "cancelled":
      return cancelledView(host, stage.transfer);
  }
}
