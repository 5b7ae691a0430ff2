// Charts from the numbers that the page carries as JSON. Each has a table beside it; nothing is only here.
import { BarChart, CustomChart, GraphChart, LineChart, ScatterChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

echarts.use([BarChart, CustomChart, GraphChart, LineChart, ScatterChart, GridComponent, LegendComponent, TooltipComponent, CanvasRenderer]);

const language = document.documentElement.lang === "en" ? "en-GB" : "vi-VN";
const css = getComputedStyle(document.documentElement);
const variable = (name) => css.getPropertyValue(name).trim();
const COLOURS = {
  epidemic: variable("--goal-epidemic"),
  economy: variable("--goal-economy"),
  soft: variable("--goal-epidemic-soft"),
  pale: variable("--goal-epidemic-pale"),
  grey: variable("--grey-mark"),
  ink: variable("--ink"),
};
const font = { fontFamily: "Be Vietnam Pro, system-ui, sans-serif", fontSize: 13, color: COLOURS.ink };
const format = (value, digits = 3) =>
  value == null ? "–" : new Intl.NumberFormat(language, { maximumSignificantDigits: digits }).format(value);
const exact = (value) => new Intl.NumberFormat(language).format(value);
const shortDay = (iso) => iso.slice(8, 10) + "/" + iso.slice(5, 7);
const longDay = (iso) => shortDay(iso) + "/" + iso.slice(0, 4);
// Rich text, because the tooltip's HTML would carry inline styles that the content policy rightly refuses.
const tooltip = { renderMode: "richText", confine: true, textStyle: { ...font, fontSize: 12 } };
const timeAxis = (dates) => ({
  type: "category", data: dates, axisTick: { alignWithLabel: true },
  axisLabel: { ...font, fontSize: 12, formatter: shortDay, hideOverlap: true },
});
const valueAxis = (name) => ({
  type: "value", name, nameTextStyle: { ...font, fontSize: 12, align: "left" }, nameGap: 12,
  axisLabel: { ...font, fontSize: 12, formatter: (v) => exact(v) }, splitLine: { lineStyle: { color: "#e3e3df" } },
});

function stacked(data, chart) {
  return {
    textStyle: font,
    legend: { top: 0, left: 0, itemWidth: 14, itemHeight: 10, textStyle: { ...font } },
    grid: { left: 8, right: 8, top: chart.getWidth() < 560 ? 92 : 58, bottom: 4, containLabel: true },
    tooltip: { ...tooltip, trigger: "axis", axisPointer: { type: "shadow" },
      formatter: (items) => [longDay(items[0].axisValue), ...items.map((i) => `${i.seriesName}: ${exact(i.value)}`)].join("\n") },
    xAxis: timeAxis(data.dates),
    yAxis: { ...valueAxis(""), minInterval: 1 },
    series: data.series.map((s, index) => ({
      name: s.name, type: "bar", stack: "all", data: s.values, barCategoryGap: "25%",
      itemStyle: { color: COLOURS[s.colour], decal: index ? { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 3 + index], rotation: Math.PI / 4, color: "rgba(0,0,0,.25)" } : undefined },
    })),
  };
}

function fan(data) {
  const colour = COLOURS[data.colour];
  const width = data.p95.map((high, i) => (high == null || data.p05[i] == null ? null : high - data.p05[i]));
  const quiet = { type: "line", symbol: "none", silent: true, stack: "band", lineStyle: { opacity: 0 } };
  return {
    textStyle: font,
    grid: { left: 8, right: 12, top: 30, bottom: 4, containLabel: true },
    tooltip: { ...tooltip, trigger: "axis", formatter: (items) => {
      const i = items[0].dataIndex;
      const other = data.other ? `\n${data.words.other}: ${format(data.other[i])}` : "";
      return `${longDay(data.dates[i])}\n${data.words.median}: ${format(data.p50[i])}\n${data.words.band}: ${format(data.p05[i])}–${format(data.p95[i])}${other}`;
    } },
    xAxis: { ...timeAxis(data.dates), boundaryGap: false },
    yAxis: { ...valueAxis(data.unit), scale: data.colour === "economy" },
    series: [
      { ...quiet, data: data.p05 },
      { ...quiet, data: width, areaStyle: { color: colour, opacity: 0.22 } },
      { type: "line", symbol: "none", data: data.p50, lineStyle: { color: colour, width: 2 }, itemStyle: { color: colour } },
      ...(data.other ? [{ type: "line", symbol: "none", data: data.other, lineStyle: { color: COLOURS.ink, width: 1.5, type: "dashed" }, itemStyle: { color: COLOURS.ink } }] : []),
    ],
  };
}

// A band between two series: the lower one unseen, their difference stacked on it.
function band(name, low, high, style) {
  const quiet = { type: "line", symbol: "none", silent: true, stack: name, lineStyle: { opacity: 0 }, z: 1 };
  const width = high.map((value, i) => (value == null || low[i] == null ? null : value - low[i]));
  return [{ ...quiet, data: low }, { ...quiet, data: width, areaStyle: style }];
}

// The next 1, 1.5, 2, 3, 5 or 7.5 times a power of ten.
function roundUp(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 1.5, 2, 3, 5, 7.5, 10].map((k) => k * power).find((step) => step >= value);
}

function forecast(data) {
  const { cases, nowcast, fan, words } = data;
  const line = (values, colour, type = "solid") =>
    ({ type: "line", symbol: "none", data: values, lineStyle: { color: colour, width: 2, type }, itemStyle: { color: colour }, z: 4 });
  return {
    textStyle: font,
    grid: { left: 8, right: 12, top: 30, bottom: 4, containLabel: true },
    tooltip: { ...tooltip, trigger: "axis", formatter: (items) => {
      const i = items[0].dataIndex;
      const lines = [longDay(data.dates[i])];
      if (cases[i] != null) lines.push(`${words.cases}: ${exact(cases[i])}`);
      if (nowcast.p50[i] != null) lines.push(`${words.nowcast}: ${format(nowcast.p50[i])} (${format(nowcast.p05[i])}–${format(nowcast.p95[i])})`);
      if (fan.p50[i] != null) lines.push(`${words.fan}: ${format(fan.p50[i])}`, `${words.half}: ${format(fan.p25[i])}–${format(fan.p75[i])}`, `${words.band}: ${format(fan.p05[i])}–${format(fan.p95[i])}`);
      return lines.join("\n");
    } },
    xAxis: timeAxis(data.dates),
    yAxis: { ...valueAxis(data.unit), min: 0, max: roundUp(data.top) },
    series: [
      { type: "bar", data: cases, barCategoryGap: "20%", itemStyle: { color: COLOURS.soft }, z: 2 },
      ...band("nowcast", nowcast.p05, nowcast.p95, { color: COLOURS.grey, opacity: 0.35 }),
      line(nowcast.p50, COLOURS.ink, "dotted"),
      ...band("wide", fan.p05, fan.p95, { color: COLOURS.epidemic, opacity: 0.16 }),
      ...band("half", fan.p25, fan.p75, { color: COLOURS.epidemic, opacity: 0.3 }),
      line(fan.p50, COLOURS.epidemic),
    ],
  };
}

function bars(data, chart) {
  const colour = COLOURS[data.colour];
  const whisker = (params, api) => {
    const y = api.coord([0, api.value(0)])[1];
    const [low, high] = [api.coord([api.value(1), 0])[0], api.coord([api.value(2), 0])[0]];
    const line = (x1, y1, x2, y2) => ({ type: "line", shape: { x1, y1, x2, y2 }, style: { stroke: COLOURS.ink, lineWidth: 1.5 } });
    return { type: "group", children: [line(low, y, high, y), line(low, y - 4, low, y + 4), line(high, y - 4, high, y + 4)] };
  };
  return {
    textStyle: font,
    grid: { left: 4, right: 24, top: 4, bottom: 4, containLabel: true },
    tooltip: { ...tooltip, trigger: "axis", axisPointer: { type: "shadow" }, formatter: (items) => {
      const i = items[0].dataIndex;
      return `${data.names[i]}\n${format(data.p50[i])} (${format(data.p05[i])}–${format(data.p95[i])}) ${data.unit}`;
    } },
    xAxis: { ...valueAxis(""), axisLabel: { ...font, fontSize: 12, formatter: (v) => exact(v), hideOverlap: true } },
    yAxis: { type: "category", data: data.names, axisTick: { show: false }, axisLabel: { ...font, fontSize: 12, lineHeight: 15, width: chart.getWidth() < 420 ? 120 : 170, overflow: "break", interval: 0 } },
    series: [
      { type: "bar", data: data.p50, itemStyle: { color: colour }, barMaxWidth: 18 },
      { type: "custom", renderItem: whisker, data: data.p05.map((low, i) => [i, low, data.p95[i]]), encode: { x: [1, 2], y: 0 }, silent: true, z: 5 },
    ],
  };
}

// One shape and hue a plan that can be adopted; grey for the others. Never colour alone.
const SYMBOLS = ["circle", "rect", "triangle", "diamond", "roundRect", "pin", "arrow"];
const HUES = ["#0b4f8a", "#a3330f", "#1d6b3a", "#6b3fa0", "#8a6d00", "#0f6e78", "#8c2f6b"];

function plane(data, chart, places = new Map()) {
  const narrow = chart.getWidth() < 560;
  const series = [];
  let tick = 0;
  for (const plan of data.plans) {
    const adoptable = plan.status === "front" || plan.status === "open";
    const colour = adoptable ? HUES[tick % HUES.length] : COLOURS.grey;
    const symbol = adoptable ? SYMBOLS[tick % SYMBOLS.length] : "emptyCircle";
    if (adoptable) tick += 1;
    const common = { name: plan.name, itemStyle: { color: colour }, lineStyle: { color: colour } };
    const [x, y] = [plan.x[1], plan.y[1]];
    if (!narrow) {
      series.push({ ...common, type: "scatter", data: plan.points, symbolSize: 3, silent: true, itemStyle: { color: colour, opacity: adoptable ? 0.28 : 0.15 } });
    }
    for (const bar of [[[plan.x[0], y], [plan.x[2], y]], [[x, plan.y[0]], [x, plan.y[2]]]]) {
      series.push({ ...common, type: "line", data: bar, symbol: "none", silent: true, lineStyle: { color: colour, width: 1.5, type: adoptable ? "solid" : "dashed" } });
    }
    series.push({
      ...common, type: "scatter", symbol, symbolSize: plan.decided ? 18 : 13, z: 10, cursor: "pointer",
      itemStyle: { color: colour, borderColor: plan.decided ? COLOURS.ink : "#fff", borderWidth: plan.decided ? 3 : 1 },
      data: [{ value: [x, y], href: plan.href, plan }],
      // A letter, explained by the key beside the chart and repeated in the table: names would hide the marks.
      label: { show: true, formatter: plan.letter, position: places.get(plan.id) ?? "top", distance: 4, ...font, fontWeight: 600,
        color: adoptable ? colour : "#595959", backgroundColor: "rgba(255,255,255,.85)", padding: [0, 3] },
    });
  }
  return {
    textStyle: font,
    grid: { left: 12, right: 24, top: 34, bottom: 34, containLabel: true },
    tooltip: { ...tooltip, trigger: "item", formatter: ({ data: item }) => item.plan
      ? `${item.plan.letter}. ${item.plan.name}\n${data.x_name}: ${format(item.plan.x[1])} (${format(item.plan.x[0])}–${format(item.plan.x[2])})\n${data.y_name}: ${format(item.plan.y[1])} (${format(item.plan.y[0])}–${format(item.plan.y[2])})` : "" },
    xAxis: { type: "log", name: data.x_name, nameLocation: "middle", nameGap: 28, nameTextStyle: { ...font, color: COLOURS.epidemic }, axisLabel: { ...font, fontSize: 12, hideOverlap: true, formatter: (v) => exact(v) }, splitLine: { lineStyle: { color: "#eceae6" } }, ...logRange(data) },
    yAxis: { ...valueAxis(data.y_name), nameTextStyle: { ...font, color: COLOURS.economy, align: "left" } },
    series,
  };
}

// Where each letter stands: beside its mark, on the side where it covers no other mark and no other letter.
const SIDES = { top: [0, -19], right: [19, 0], left: [-19, 0], bottom: [0, 19], "top-right": [17, -17], "top-left": [-17, -17], "bottom-right": [17, 17], "bottom-left": [-17, 17] };
const ECHARTS_SIDES = { "top-right": [9, -17], "top-left": [-21, -17], "bottom-right": [9, 7], "bottom-left": [-21, 7] };

function letterPlaces(marks, width, height) {
  const taken = marks.map(({ at: [x, y] }) => ({ x, y, reach: 8 }));
  const [places, letters] = [new Map(), []];
  for (const { id, at: [x, y] } of marks) {
    const cost = ([dx, dy]) => {
      const [cx, cy] = [x + dx, y + dy];
      const outside = cx < 30 || cx > width - 12 || cy < 14 || cy > height - 40 ? 100 : 0;
      return outside + taken.reduce((sum, other) => sum + Math.max(0, other.reach + 10 - Math.hypot(cx - other.x, cy - other.y)), 0);
    };
    const [side, shift] = Object.entries(SIDES).reduce((best, next) => (cost(next[1]) < cost(best[1]) - 0.5 ? next : best));
    places.set(id, ECHARTS_SIDES[side] ?? side);
    letters.push([x + shift[0], y + shift[1]]);
    taken.push({ x: x + shift[0], y: y + shift[1], reach: 10 });
  }
  return { places, letters };
}

// The smallest 1-2-5 steps that hold everything drawn: whole powers of ten would leave half the plane empty.
function logRange(data) {
  const xs = data.plans.flatMap((plan) => plan.x).filter((x) => x >= 1);
  const step = (value, up) => {
    const power = 10 ** Math.floor(Math.log10(value));
    const steps = [1, 2, 5, 10].map((k) => k * power);
    return up ? steps.find((s) => s >= value) : steps.findLast((s) => s <= value);
  };
  return { min: step(Math.min(...xs), false), max: step(Math.max(...xs), true) };
}

// Who met whom: levels by colour and shape, infections as arrows. Forces find the places, without moving before the eye.
const LEVEL_SYMBOLS = ["diamond", "circle", "rect", "triangle", "roundRect", "pin"];
const LEVEL_HUES = ["#a3330f", "#0b4f8a", "#1d6b3a", "#6b3fa0", "#8a6d00", "#595959"];

function network(data, chart) {
  const many = data.nodes.length > 60;
  return {
    textStyle: font,
    legend: { top: 0, left: 0, itemWidth: 14, itemHeight: 12, textStyle: { ...font } },
    tooltip: { ...tooltip, formatter: ({ dataType, data: item }) => (dataType === "node" ? `${item.label_text} (F${item.level})` : "") },
    series: [{
      type: "graph", layout: "force", labelLayout: { hideOverlap: true }, top: 36, bottom: 8, left: 8, right: 8, roam: true,
      force: { repulsion: many ? 40 : 140, edgeLength: many ? 24 : 60, gravity: 0.12, layoutAnimation: false },
      categories: LEVEL_HUES.map((colour, level) => ({ name: `F${level}${level === 5 ? "+" : ""}`, symbol: LEVEL_SYMBOLS[level], itemStyle: { color: colour } })),
      data: data.nodes.map((node) => ({
        id: node.id, name: node.id, label_text: node.name, level: node.level, category: node.level, href: node.href,
        symbol: LEVEL_SYMBOLS[node.level], symbolSize: node.is_root ? 26 : node.level === 0 ? 18 : 11,
        itemStyle: { color: LEVEL_HUES[node.level], borderColor: node.is_root ? COLOURS.ink : "#fff", borderWidth: node.is_root ? 3 : 1 },
        label: { show: node.level === 0 || (!many && chart.getWidth() > 560), formatter: node.name, position: "right", ...font, fontSize: 12 },
      })),
      links: data.links.map((link) => ({
        source: link.source, target: link.target, symbol: ["none", link.infected ? "arrow" : "none"], symbolSize: 8,
        lineStyle: { color: link.infected ? LEVEL_HUES[0] : "#8a8a8a", width: link.infected ? 2.5 : 1, curveness: 0 },
      })),
    }],
  };
}

const KINDS = { stacked, fan, forecast, bars, plane, network };
const charts = new Map();

function draw(element) {
  const data = JSON.parse(document.getElementById(element.dataset.source).textContent);
  if (element.dataset.chart === "bars") element.style.height = `${Math.max(140, 36 * data.names.length + 40)}px`;
  const chart = charts.get(element) ?? echarts.init(element, null, { renderer: "canvas" });
  chart.setOption({ animation: false, ...KINDS[element.dataset.chart](data, chart) }, true);
  if (data.plans) {
    const marks = data.plans.map((plan) =>
      ({ id: plan.id, at: chart.convertToPixel({ xAxisIndex: 0, yAxisIndex: 0 }, [plan.x[1], plan.y[1]]) }));
    const { places, letters } = letterPlaces(marks, chart.getWidth(), chart.getHeight());
    chart.setOption({ animation: false, ...plane(data, chart, places) }, true);
    element.dataset.marks = JSON.stringify(marks);
    element.dataset.letters = JSON.stringify(letters);
  }
  if (!charts.has(element)) {
    charts.set(element, chart);
    chart.on("click", ({ data: item }) => { if (item?.href) window.location.assign(item.href); });
    const save = document.querySelector(`[data-save-chart="${element.dataset.source}"]`);
    if (save) {
      save.hidden = false;
      save.addEventListener("click", () => {
        const link = document.createElement("a");
        link.href = chart.getDataURL({ type: "png", pixelRatio: 2, backgroundColor: "#fff" });
        link.download = `${element.dataset.source}.png`;
        link.click();
      });
    }
  }
}

// A picture in a folded part is drawn when the part is opened: before, it has no size.
function drawWhenSeen(element) {
  const folded = element.closest("details:not([open])");
  if (!folded) return draw(element);
  folded.addEventListener("toggle", () => drawWhenSeen(element), { once: true });
}

const drawAll = (root) => root.querySelectorAll("[data-chart]").forEach(drawWhenSeen);

await document.fonts?.ready;
drawAll(document);
document.addEventListener("htmx:afterSettle", ({ target }) => {
  charts.forEach((chart, element) => { if (!element.isConnected) { chart.dispose(); charts.delete(element); } });
  drawAll(target.parentElement ?? document);
});
let waiting;
window.addEventListener("resize", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => charts.forEach((chart, element) => { chart.resize(); draw(element); }), 150);
});
