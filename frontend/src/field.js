// The entry page of the field: everything it shows comes from the device, and goes to the server when it can.
import * as store from "./field/store.js";
import { ask, send, NoNetwork, SessionEnded } from "./field/send.js";
import { problems, fill, payloadOf, fold, complaints } from "./field/form.js";

const texts = JSON.parse(document.getElementById("field-texts").textContent);
const addresses = document.body.dataset;
const $ = (selector, within = document) => within.querySelector(selector);
const say = (text, values = {}) => Object.entries(values).reduce((t, [k, v]) => t.replace(`{${k}}`, v), texts[text]);
const FIRST_AGAIN_MS = 1500; // a network that has just come back often fails once more
const LAST_AGAIN_MS = 30_000;
const KEPT_DAYS = 3; // lists older than this are not shown, and not kept

const state = { user: null, lists: null, queue: [], network: "unknown", editing: null, last: null };

// ---- what is on the device ------------------------------------------------------------------------------------

const readDevice = async () => {
  state.user = await store.kept("user") ?? null;
  const lists = await store.kept("lists") ?? null;
  const isOld = lists && Date.now() - lists.fetched > KEPT_DAYS * 86_400_000;
  if (isOld) await store.keep("lists", null);
  state.lists = isOld ? null : lists;
  state.last = await store.kept("last") ?? null;
  state.queue = await store.queue();
};

const mine = () => state.queue.filter((item) => item.user_id === state.user?.id);
const others = () => state.queue.filter((item) => item.user_id !== state.user?.id);

const refresh = async () => {
  const commune = await store.kept("commune") ?? "";
  const lists = await ask(`/field/data?commune=${encodeURIComponent(commune)}`);
  if (state.user && state.user.id !== lists.user.id) await store.forgetLists(); // another person's lists
  await store.keep("user", lists.user);
  await store.keep("lists", { ...lists, fetched: Date.now() });
  await store.keep("commune", lists.commune ?? "");
};

// Sends what waits and reads what is new; says what came of it.
const exchange = async ({ again = false } = {}) => {
  window.clearTimeout(state.timer);
  $("#send").disabled = true;
  try {
    const { answers } = await send({ again });
    const n = answers.filter((answer) => answer.state === "done").length;
    if (n) await store.keep("last", { n, at: new Date().toISOString() });
    await refresh();
    state.network = "up";
  } catch (error) {
    if (error instanceof SessionEnded) {
      state.network = "ended";
      if (!(await store.queue()).length) await store.forgetAll(); // nobody is logged in: nothing is left here
    } else if (error instanceof NoNetwork) {
      state.network = "down";
    } else throw error;
  } finally {
    $("#send").disabled = false;
    await readDevice();
    draw();
    comeBack();
  }
};

// While something waits and the network does not answer, asks again: soon at first, then less often.
const comeBack = () => {
  window.clearTimeout(state.timer);
  const isWorth = state.network === "down" && mine().some((item) => item.state === "waiting");
  state.pause = isWorth ? Math.min(2 * (state.pause ?? FIRST_AGAIN_MS / 2), LAST_AGAIN_MS) : null;
  if (isWorth) state.timer = window.setTimeout(() => { if (navigator.onLine) exchange(); else comeBack(); }, state.pause);
};

// ---- drawing --------------------------------------------------------------------------------------------------

const line = (tag, text, className) => {
  const element = document.createElement(tag);
  element.textContent = text;
  if (className) element.className = className;
  return element;
};

const button = (text, act, className = "btn btn-outline-dark") => {
  const element = line("button", text, className);
  element.type = "button";
  element.addEventListener("click", act);
  return element;
};

const setText = (element, text) => { if (element.textContent !== text) element.textContent = text; };
const clock = (instant) => new Date(instant).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });

const drawStatus = () => {
  const waiting = mine().filter((item) => item.state === "waiting").length;
  const rejected = mine().filter((item) => item.state === "rejected").length;
  const network = { up: "net_up", down: "net_down", ended: "net_ended", unknown: "net_unknown" }[state.network];
  $("#net").dataset.state = state.network;
  setText($("#net"), texts[network]);
  const parts = [];
  if (waiting) parts.push(say(state.network === "down" ? "wait_network" : "wait_sending", { n: waiting }));
  else parts.push(state.last ? say("sent_last", { n: state.last.n, at: clock(state.last.at) }) : texts.nothing_waits);
  if (rejected) parts.push(say("rejected_count", { n: rejected }));
  if (others().length) parts.push(say("other_user", { n: others().length }));
  setText($("#waiting"), parts.join(" "));
  $("#enter").hidden = state.network !== "ended";
  $("#send").hidden = !waiting && !rejected && state.network === "up";
  $("#leave").disabled = state.network !== "up";
  for (const place of document.querySelectorAll("[data-count]")) {
    const n = { follow: dueLeft().length, queue: mine().length }[place.dataset.count];
    setText(place, n ? `(${n})` : "");
  }
  const conflicts = state.lists?.n_conflicts ?? 0;
  $("#conflicts").hidden = !conflicts;
  setText($("#conflicts a"), say("conflicts", { n: conflicts }));
  setText($("#who"), state.user?.name ?? "");
};

const entryFor = (visit) => mine().find((item) => item.kind === "follow-up"
  && item.payload.person === visit.person && item.payload.due_on === visit.due_on);
const dueLeft = () => (state.lists?.follow_ups ?? []).filter((visit) => visit.state === "due" && !entryFor(visit));

const visitCard = (visit) => {
  const card = $("#visit").content.firstElementChild.cloneNode(true);
  const queued = entryFor(visit);
  setText($(".visit-name", card), visit.name);
  setText($(".visit-where", card), [visit.level, visit.hamlet, visit.due].filter(Boolean).join(" · "));
  const phone = $(".visit-phone", card);
  phone.hidden = !visit.phone;
  if (visit.phone) { phone.href = `tel:${visit.phone}`; setText(phone, visit.phone); }
  const found = queued ? queued.payload.state : visit.state;
  setText($(".visit-state", card), texts[`state_${found}`] + (queued ? ` · ${texts[`queue_${queued.state}`]}` : ""));
  card.dataset.state = queued ? queued.state : visit.state;
  $(".visit-well", card).hidden = Boolean(queued) || visit.state !== "due";
  $(".visit-well", card).addEventListener("click", () => add("follow-up", { ...seen(visit), state: "well" }, visit.name));
  setText($(".visit-more", card), found === "due" ? texts.more : texts.change);
  $(".visit-more", card).addEventListener("click", () => (queued ? edit(queued) : open("follow-up", { ...seen(visit), state: found === "due" ? "well" : found }, visit.name)));
  return card;
};
const seen = (visit) => ({ person: visit.person, due_on: visit.due_on, version: String(visit.version), state: "well" });

const drawVisits = () => {
  const visits = state.lists?.follow_ups ?? [];
  const wanted = fold($("#find").value);
  const shown = visits.filter((visit) => fold(`${visit.name} ${visit.hamlet}`).includes(wanted));
  const left = (visit) => (visit.state === "due" && !entryFor(visit) ? 0 : 1);
  shown.sort((a, b) => left(a) - left(b));
  $("#visits").replaceChildren(...shown.map(visitCard));
  $("#visits-none").hidden = shown.length > 0;
  setText($("#visits-none"), state.lists ? texts.no_visits : texts.no_lists);
  setText($("#visits-as-of"), state.lists ? say("as_of", { n: dueLeft().length, of: visits.length, day: state.lists.day, at: clock(state.lists.fetched) }) : "");
  $("#visits-more").hidden = !state.lists?.is_more;
};

const drawQueue = () => {
  $("#entries").replaceChildren(...mine().map((item) => {
    const row = line("li", "", "entry");
    row.dataset.state = item.state;
    row.append(line("strong", `${texts[`kind_${item.kind}`]}: ${item.label}`), line("span", `${texts[`queue_${item.state}`]} · ${clock(item.made_at)}`, "hint"));
    for (const reason of item.reasons ?? []) row.append(line("span", reason.message, "field-error"));
    const acts = line("span", "", "entry-acts");
    acts.append(button(texts.change, () => edit(item)), button(texts.drop, () => drop(item)));
    row.append(acts);
    return row;
  }));
  $("#entries-none").hidden = mine().length > 0;
};

const options = (select, choices, empty) => {
  const before = select.value;
  const listed = choices.map(({ value, label }) => new Option(label, value));
  if (empty !== undefined) listed.unshift(new Option(empty, ""));
  select.replaceChildren(...listed);
  if (choices.some(({ value }) => String(value) === before)) select.value = before;
};

const drawChoices = () => {
  if (!state.lists) return;
  const place = ({ id, name }) => ({ value: id, label: name });
  const communes = state.lists.communes.map(place);
  const everywhere = [...communes, ...state.lists.other_communes.map(place)];
  for (const select of document.querySelectorAll("select[name=unit]")) {
    // A contact may live anywhere in the province; a case is entered where the officer is.
    options(select, select.form.id === "form-contact" ? everywhere : communes, texts.choose);
    if (!select.value && state.lists.commune) select.value = state.lists.commune;
  }
  $("#commune-choice").hidden = communes.length < 2;
  options($("#commune"), communes, texts.choose);
  $("#commune").value = state.lists.commune ?? "";
  $("#hamlets").replaceChildren(...state.lists.hamlets.map((name) => new Option(name, name)));
  const queued = mine().filter((item) => item.kind === "case").map((item) => ({ value: item.client_id, label: `${item.label} (${texts[`queue_${item.state}`]})` }));
  const known = state.lists.cases.map((item) => ({ value: item.uuid, label: `${item.name} · ${item.code}` }));
  const inHand = document.activeElement;
  for (const select of document.querySelectorAll("select[name=source], select[name=case]")) {
    if (select === inHand) continue;
    options(select, select.name === "source" ? [...queued, ...known] : known, texts.choose);
  }
};

const draw = () => { drawStatus(); drawVisits(); drawQueue(); drawChoices(); };

// ---- entering -------------------------------------------------------------------------------------------------

const forms = { "follow-up": "#form-follow-up", case: "#form-case", contact: "#form-contact", "case-change": "#form-case-change" };
const views = { "follow-up": "visit", case: "case", contact: "contact", "case-change": "case-change" };

const add = async (kind, payload, label) => {
  if (!state.user) return;
  await store.keepEntry({
    client_id: crypto.randomUUID(), user_id: state.user.id, kind, payload, label, made_at: new Date().toISOString(),
    revision: 1, state: "waiting", is_sent: false, reasons: [],
  });
  await afterEntry();
};

const afterEntry = async () => {
  await readDevice();
  draw();
  setText($("#said"), texts.kept_here);
  const registration = await navigator.serviceWorker?.ready.catch(() => null);
  await registration?.sync?.register("field-send").catch(() => null); // where the browser has it
  exchange();
};

// The server's day while its lists are of today, else the device's.
const dayNow = () => {
  const now = new Date();
  const isToday = state.lists && new Date(state.lists.fetched).toDateString() === now.toDateString();
  return isToday ? state.lists.day : [now.getDate(), now.getMonth() + 1, now.getFullYear()].map((n) => String(n).padStart(2, "0")).join("/");
};

const open = (kind, payload, label, item = null) => {
  state.editing = { kind, item, label };
  const form = $(forms[kind]);
  form.reset();
  drawChoices();
  fill(form, payload ?? { reported_on: dayNow() });
  complaints(form, item?.reasons ?? []);
  const title = $("[data-title]", form.closest("section"));
  if (title && label) setText(title, label);
  show(views[kind]);
  $("h1", form.closest("section"))?.focus();
};

const edit = (item) => open(item.kind, item.payload, item.label, item);

const drop = async (item) => {
  if (!window.confirm(say(item.is_sent ? "drop_sent" : "drop_sure", { name: item.label }))) return;
  await store.dropEntry(item.client_id);
  await readDevice();
  draw();
};

const labelOf = (kind, payload, form) => {
  if (kind === "follow-up") return state.editing?.label ?? "";
  if (kind === "case-change") return form.elements.case.selectedOptions[0]?.textContent ?? "";
  return payload.full_name;
};

for (const [kind, selector] of Object.entries(forms)) {
  $(selector).addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.currentTarget;
    const payload = payloadOf(form);
    const wrong = problems(form, texts);
    complaints(form, wrong);
    if (wrong.length) { $(".error-summary", form).focus(); return; }
    const item = state.editing?.kind === kind ? state.editing.item : null;
    // The version that was on the screen: another one on the server is a conflict, which its page settles.
    if (kind === "case-change") payload.version = item?.payload.version ?? String(state.lists?.cases.find(({ uuid }) => uuid === payload.case)?.version ?? "");
    const label = labelOf(kind, payload, form);
    // Read again: it may have been sent, and gone, while the form was open.
    const before = item && await store.entry(item.client_id);
    if (before) {
      await store.keepEntry({ ...before, payload, label, revision: before.revision + 1, state: "waiting", reasons: [] });
      await afterEntry();
    } else if (item) {
      await store.keepEntry({ ...item, payload, label, revision: item.revision + 1, state: "waiting", reasons: [], is_sent: true });
      await afterEntry();
    } else await add(kind, payload, label);
    state.editing = null;
    form.reset();
    show(kind === "follow-up" ? "follow" : "queue");
  });
}

// ---- moving about ---------------------------------------------------------------------------------------------

const show = (name) => {
  const wanted = document.getElementById(`view-${name}`) ? name : "follow";
  for (const view of document.querySelectorAll(".view")) view.hidden = view.id !== `view-${wanted}`;
  for (const link of document.querySelectorAll(".field-nav a")) {
    if (link.dataset.view === wanted) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  window.scrollTo(0, 0);
};

for (const link of document.querySelectorAll("a[data-view]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    const name = link.dataset.view;
    const kind = Object.keys(views).find((key) => views[key] === name);
    if (kind) open(kind, null, null); else { state.editing = null; show(name); }
    $(`#view-${name} h1`)?.focus();
  });
}

$("#find").addEventListener("input", drawVisits);
$("#send").addEventListener("click", () => exchange({ again: true }));
$("#commune").addEventListener("change", async (event) => {
  await store.keep("commune", event.target.value);
  exchange();
});
$("#enter a").href = addresses.enter;

$("#leave").addEventListener("click", async () => {
  await exchange();
  if (state.network !== "up") return;
  if (mine().length && !window.confirm(say("leave_queue", { n: mine().length }))) return;
  if (!(await store.forgetAll())) await store.forgetLists(); // the queue stays for its owner, the lists do not
  const session = await ask("/field/session").catch(() => null);
  const form = $("#leave-form");
  form.elements.csrfmiddlewaretoken.value = session?.token ?? "";
  form.submit();
});

window.addEventListener("online", () => { state.pause = null; exchange(); });
window.addEventListener("offline", () => { state.network = "down"; draw(); });
document.addEventListener("visibilitychange", () => { if (!document.hidden) exchange(); });

const start = async () => {
  await navigator.storage?.persist?.().catch(() => false); // asks that the queue is not thrown away for space
  await readDevice();
  if (!navigator.onLine) state.network = "down";
  draw();
  show("follow");
  document.body.dataset.ready = "yes";
  if (navigator.serviceWorker) {
    navigator.serviceWorker.addEventListener("message", async () => { await readDevice(); draw(); });
    try {
      await navigator.serviceWorker.register(addresses.worker, { scope: addresses.home });
      await navigator.serviceWorker.ready;
      document.body.dataset.kept = "yes";
      setText($("#offline-ready"), texts.offline_ready);
    } catch {
      setText($("#offline-ready"), texts.offline_not_ready);
    }
  } else setText($("#offline-ready"), texts.offline_not_ready);
  await exchange({ again: true });
};
start();
