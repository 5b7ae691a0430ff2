// Forms of the entry page: read, filled, and checked as far as a device can without the server.
const MANY = new Set(["symptoms"]);

export const fold = (text) => (text ?? "").replace(/[đĐ]/g, "d").normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().trim();

export const payloadOf = (form) => {
  const payload = {};
  for (const [name, value] of new FormData(form)) {
    if (MANY.has(name)) (payload[name] ??= []).push(value);
    else payload[name] = value.trim();
  }
  return payload;
};

export const fill = (form, payload) => {
  for (const [name, value] of Object.entries(payload)) {
    const field = form.elements[name];
    if (!field) continue;
    const controls = field instanceof RadioNodeList ? [...field] : [field];
    for (const control of controls) {
      if (control.type === "checkbox" || control.type === "radio") control.checked = [value].flat().includes(control.value);
      else control.value = value;
    }
  }
};

const isDay = (text) => {
  const found = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})$/.exec(text) ?? null;
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text);
  if (!found && !iso) return false;
  const [year, month, day] = iso ? iso.slice(1).map(Number) : [Number(found[3].length === 2 ? `20${found[3]}` : found[3]), Number(found[2]), Number(found[1])];
  const date = new Date(year, month - 1, day);
  return date.getFullYear() === year && date.getMonth() === month - 1 && date.getDate() === day;
};

const controlsOf = (form) => [...form.elements].filter((control) => control.name && control.type !== "hidden");

// What is wrong with the form, as the server would say it; it checks all of it again.
export const problems = (form, texts) => {
  const wrong = [];
  const told = new Set();
  for (const control of controlsOf(form)) {
    if (told.has(control.name)) continue;
    let message = "";
    if (control.validity.valueMissing) message = texts.missing;
    else if (control.dataset.day !== undefined && control.value.trim() && !isDay(control.value.trim())) message = texts.bad_day;
    else if (!control.validity.valid) message = texts.bad_value;
    if (message) { told.add(control.name); wrong.push({ field: control.name, message }); }
  }
  return wrong;
};

const labelOf = (control) => control.closest("fieldset")?.querySelector("legend")?.textContent ?? control.labels?.[0]?.textContent ?? "";

// The summary on top of the form, each line leading to its field.
export const complaints = (form, reasons) => {
  const summary = form.querySelector(".error-summary");
  summary.hidden = reasons.length === 0;
  summary.querySelector("ul").replaceChildren(...reasons.map(({ field, message }) => {
    const row = document.createElement("li");
    const found = field && form.elements[field];
    const control = found instanceof RadioNodeList ? found[0] : found;
    if (control?.id) {
      const link = document.createElement("a");
      link.href = `#${control.id}`;
      link.textContent = labelOf(control);
      link.addEventListener("click", (event) => { event.preventDefault(); control.focus(); });
      row.append(link, `: ${message}`);
    } else row.textContent = message;
    return row;
  }));
  for (const control of controlsOf(form)) {
    if (reasons.some(({ field }) => field === control.name)) control.setAttribute("aria-invalid", "true");
    else control.removeAttribute("aria-invalid");
  }
};
