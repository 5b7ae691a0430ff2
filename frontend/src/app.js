// What every page may use: fragments that refresh themselves (htmx), and the focus on an error summary.
import htmx from "htmx.org";

window.htmx = htmx;

document.querySelector("[data-focus]")?.focus();

// The map's styles wait until the page reads without them.
for (const sheet of document.querySelectorAll("link[data-late-style]")) sheet.media = "all";

// On a telephone the map stays behind its button until it is asked for.
if (window.matchMedia("(max-width: 575.98px)").matches) {
  for (const details of document.querySelectorAll(".map-details")) details.open = false;
}
