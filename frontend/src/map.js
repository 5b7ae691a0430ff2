// The map: communes by order in force (or by expected cases), district names, parks. It loads last, and the
// page reads without it.
import { AttributionControl, Map, Marker, NavigationControl, Popup, setWorkerUrl } from "maplibre-gl";

const script = document.getElementById("map-script");
setWorkerUrl(new URL(script.dataset.worker, window.location.href).href);
const vietnamese = document.documentElement.lang !== "en";
const words = (text) => (typeof text === "string" ? text : (vietnamese ? text?.vi : text?.en) ?? "");
const number = (value) => new Intl.NumberFormat(vietnamese ? "vi-VN" : "en-GB").format(value);
const style = getComputedStyle(document.documentElement);
const colour = (name) => style.getPropertyValue(name).trim();
// The classes a map may show, each with its own mark: a pattern as well as a colour, the same as in the legend.
const CLASSES = {
  order: { none: "", ct19: "dots", ct15: "diagonal", ct16: "lines", lockdown: "cross" },
  risk: { low: "", medium: "dots", high: "diagonal", "very-high": "cross" },
  priority: { "epidemic-first": "cross", both: "diagonal", "production-under-guard": "dots" },
};
const CASE_STEPS = [1, 5, 20, 100];

function pattern(prefix, level, mark) {
  const size = 16, canvas = document.createElement("canvas");
  canvas.width = canvas.height = size;
  const pen = canvas.getContext("2d");
  pen.fillStyle = colour(`--${prefix}-${level}`);
  pen.fillRect(0, 0, size, size);
  pen.strokeStyle = pen.fillStyle = colour(`--${prefix}-mark-${level}`);
  pen.lineWidth = 1.4;
  const line = (x1, y1, x2, y2) => { pen.beginPath(); pen.moveTo(x1, y1); pen.lineTo(x2, y2); pen.stroke(); };
  if (mark === "dots") { pen.beginPath(); pen.arc(8, 8, 1.6, 0, 7); pen.fill(); }
  if (mark === "diagonal" || mark === "cross") { line(0, 16, 16, 0); line(-4, 4, 4, -4); line(12, 20, 20, 12); }
  if (mark === "lines") { line(0, 4, 16, 4); line(0, 12, 16, 12); }
  if (mark === "cross") { line(0, 0, 16, 16); line(-4, 12, 4, 20); line(12, -4, 20, 4); }
  return pen.getImageData(0, 0, size, size);
}

function bounds(features) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  const walk = (node) => {
    if (typeof node[0] === "number") {
      box[0] = Math.min(box[0], node[0]); box[1] = Math.min(box[1], node[1]);
      box[2] = Math.max(box[2], node[0]); box[3] = Math.max(box[3], node[1]);
    } else node.forEach(walk);
  };
  features.forEach((feature) => walk(feature.geometry.coordinates));
  return box;
}

function centre(feature) {
  const box = bounds([feature]);
  return [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
}

const collection = (features) => ({ type: "FeatureCollection", features });

function label(text, className) {
  const element = document.createElement("span");
  element.className = className;
  element.textContent = text;
  return element;
}

function layers(mode, prefix, { communes, districts }) {
  const points = collection(communes.features
    .filter((f) => f.properties.cases_14d > 0)
    .map((f) => ({ type: "Feature", geometry: { type: "Point", coordinates: centre(f) }, properties: f.properties })));
  const cases = ["get", "p50", ["get", "cases"]];
  const steps = CASE_STEPS.flatMap((from, i) => [from, colour(`--cases-${i + 1}`)]);
  const fill = mode === "cases"
    ? [{ id: "cells", type: "fill", source: "communes", paint: { "fill-color": ["step", cases, colour("--cases-0"), ...steps] } }]
    : [{ id: "cells", type: "fill", source: "communes", filter: ["!=", ["get", "level"], ""], paint: { "fill-pattern": ["concat", `${prefix}-`, ["get", "level"]] } }];
  const circles = mode !== "orders" ? [] : [{
    id: "circles", type: "circle", source: "points",
    paint: { "circle-radius": ["max", 3, ["*", 1.5, ["sqrt", ["get", "cases_14d"]]]], "circle-color": colour("--goal-epidemic"),
      "circle-opacity": 0.82, "circle-stroke-color": "#fff", "circle-stroke-width": 1 },
  }];
  return {
    version: 8,
    sources: { communes: { type: "geojson", data: communes }, districts: { type: "geojson", data: districts }, points: { type: "geojson", data: points } },
    layers: [
      { id: "ground", type: "background", paint: { "background-color": "#fff" } },
      ...fill,
      { id: "cell-lines", type: "line", source: "communes", paint: { "line-color": "#8d8a84", "line-width": 0.4 } },
      { id: "district-lines", type: "line", source: "districts", paint: { "line-color": "#262522", "line-width": 1.4 } },
      ...circles,
    ],
  };
}

function popupText(properties, element) {
  const box = document.createElement("div");
  box.append(label(`${properties.name} (${properties.district_name})`, "popup-title"));
  if (element.dataset.mode === "classes") {
    for (const line of JSON.parse(properties.lines)) box.append(label(line, "popup-line"));
  } else if (element.dataset.mode === "cases") {
    const { p05, p50, p95 } = JSON.parse(properties.cases);
    box.append(label(`${number(p50)} (${number(p05)}–${number(p95)}) ${element.dataset.wordsCases}`, "popup-line"));
  } else {
    box.append(label(words(JSON.parse(properties.order_name)), "popup-line"));
    box.append(label(`${number(properties.cases_14d)} ${element.dataset.wordsCases}`, "popup-line"));
  }
  box.append(label(`${number(properties.population)} ${element.dataset.wordsPeople}`, "popup-line"));
  return box;
}

// Names that would cover one another wait until the map is larger.
function thin(names) {
  const taken = [];
  for (const name of names) {
    const box = name.getBoundingClientRect();
    const covered = taken.some((other) => box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom);
    name.classList.toggle("covered", covered);
    if (!covered) taken.push(box);
  }
}

function addMarks(map, districts, sites, element) {
  const names = districts.features.map(({ properties }) => {
    const name = label(properties.name.replace(/^(Huyện|Thành phố) /, ""), "district-name");
    new Marker({ element: name }).setLngLat([properties.lon, properties.lat]).addTo(map);
    return name;
  });
  thin(names);
  map.on("moveend", () => thin(names));
  for (const site of sites) {
    const mark = label("", "site-mark");
    mark.title = `${words(site.properties.name)}: ${words(site.properties.mode)}`;
    mark.setAttribute("role", "img");
    mark.setAttribute("aria-label", `${element.dataset.wordsSite} ${mark.title}`);
    new Marker({ element: mark }).setLngLat(site.geometry.coordinates).addTo(map);
  }
}

function listenToLegend(map, communes) {
  const legend = document.querySelector("[data-legend]");
  legend?.addEventListener("change", () => {
    const shown = [...legend.querySelectorAll("input:checked")].map((box) => box.value);
    const filter = ["in", ["get", "level"], ["literal", shown]];
    for (const id of ["cells", "circles"]) if (map.getLayer(id)) map.setFilter(id, filter);
  });
}

async function draw(element) {
  const response = await fetch(element.dataset.map);
  if (!response.ok) throw new Error(`map data: ${response.status}`);
  const all = (await response.json()).features;
  const of = (kind) => all.filter((feature) => feature.properties.kind === kind);
  const [communes, districts] = [collection(of("commune")), collection(of("district"))];
  element.replaceChildren();
  const prefix = element.dataset.prefix ?? "order";
  const map = new Map({
    container: element, style: layers(element.dataset.mode, prefix, { communes, districts }), bounds: bounds(communes.features),
    fitBoundsOptions: { padding: 12 }, attributionControl: false, dragRotate: false, pitchWithRotate: false, cooperativeGestures: true,
    locale: vietnamese ? {
      "CooperativeGesturesHandler.WindowsHelpText": "Giữ Ctrl và cuộn để phóng to bản đồ",
      "CooperativeGesturesHandler.MacHelpText": "Giữ ⌘ và cuộn để phóng to bản đồ",
      "CooperativeGesturesHandler.MobileHelpText": "Dùng hai ngón tay để di chuyển bản đồ",
      "NavigationControl.ZoomIn": "Phóng to", "NavigationControl.ZoomOut": "Thu nhỏ", "Map.Title": "Bản đồ", "Popup.Close": "Đóng",
    } : {},
  });
  map.once("style.load", () => {
    for (const [level, mark] of Object.entries(CLASSES[prefix])) map.addImage(`${prefix}-${level}`, pattern(prefix, level, mark), { pixelRatio: 2 });
  });
  map.addControl(new NavigationControl({ showCompass: false }), "top-right");
  map.on("load", () => { addMarks(map, districts, of("site"), element); element.dataset.ready = "yes"; });
  map.on("click", "cells", ({ lngLat, features }) => {
    new Popup({ maxWidth: "260px" }).setLngLat(lngLat).setDOMContent(popupText(features[0].properties, element)).addTo(map);
  });
  listenToLegend(map, communes);
}

async function start(element) {
  try {
    await draw(element);
  } catch {
    element.replaceChildren(label(element.dataset.wordsFailed, "map-wait"));
    element.dataset.ready = "failed";
  }
}

function startWhenOpen(element) {
  const details = element.closest("details");
  if (!details || details.open) return start(element);
  details.addEventListener("toggle", () => start(element), { once: true });
}

// After everything else has been drawn.
const later = window.requestIdleCallback ?? ((run) => setTimeout(run, 200));
later(() => document.querySelectorAll("[data-map]").forEach(startWhenOpen));
