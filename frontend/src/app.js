// What every page may use: fragments that refresh themselves (htmx), and the focus on an error summary.
import htmx from "htmx.org";
import { guardLeaving } from "./field/leaving.js";

window.htmx = htmx;

document.querySelector("[data-focus]")?.focus();

// The map's styles wait until the page reads without them.
for (const sheet of document.querySelectorAll("link[data-late-style]")) sheet.media = "all";

// Folded parts stand open where there is room for them, and on paper.
if (window.matchMedia("(min-width: 992px)").matches) {
  for (const details of document.querySelectorAll("details[data-wide-open]")) details.open = true;
}
window.addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("details.fold")) details.open = true;
});

// A link into a folded part opens it.
const unfold = () => {
  const target = window.location.hash && document.getElementById(window.location.hash.slice(1));
  const details = target && (target.closest("details") ?? target.querySelector(":scope > details.fold"));
  if (details) { details.open = true; target.scrollIntoView(); }
};
window.addEventListener("hashchange", unfold);
unfold();

// On a telephone the map stays behind its button until it is asked for.
if (window.matchMedia("(max-width: 575.98px)").matches) {
  for (const details of document.querySelectorAll(".map-details")) details.open = false;
}

guardLeaving();
