/** The page: the element, told where the Hub is, and a title that follows it. */
import "hubferry/element";
import { hubUrl } from "./hub-url.js";
import { titleOf } from "./title.js";

const drop = document.querySelector("hubferry-drop");
const label = document.querySelector("#hub");
if (drop === null || label === null) throw new Error("the page lacks its element");

drop.addEventListener("hubferry-state", (event) => {
  document.title = titleOf(event.detail.state);
});
drop.addEventListener("hubferry-progress", (event) => {
  document.title = titleOf("uploading", event.detail.share, event.detail.condition);
});

const hub = await hubUrl();
drop.hubUrl = hub;
const link = document.createElement("a");
link.href = hub;
link.textContent = new URL(hub).host;
label.append("Pushes to ", link);
