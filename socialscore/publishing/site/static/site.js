// Searching, sorting, filtering and comparing. Without it every page is whole, but for the comparison.
"use strict";

const language = document.documentElement.lang;
const collator = new Intl.Collator(language, { numeric: true });
const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").replace(/œ/gi, "oe").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ").trim();
const state = new URLSearchParams(location.search);

function make(tag, text = "", attributes = {}) {
  const element = document.createElement(tag);
  element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

// The address says what is shown, so that it can be shared.
function remember(values) {
  for (const [name, value] of Object.entries(values)) {
    if (value) state.set(name, value);
    else state.delete(name);
  }
  const query = state.toString();
  try {
    history.replaceState(null, "", query ? `?${query}` : location.pathname);
  } catch { /* Some browsers keep the address of a file as it is. */ }
}

// --- the index of all bodies, loaded once somebody searches -------------------------------------

let loading;

function index(address) {
  loading ??= new Promise((resolve, reject) => {
    const script = make("script", "", { src: address });
    script.onload = () => {
      for (const ranking of socialscoreIndex)
        for (const body of ranking.bodies) body.plain = ` ${plain(body[0])}`;
      resolve(socialscoreIndex);
    };
    script.onerror = reject;
    document.head.append(script);
  });
  return loading;
}

// Every word must begin a word of the name; those whose name begins so come first.
function matches(rankings, text, most) {
  const words = plain(text).split(" ").filter(Boolean).map((word) => ` ${word}`);
  if (!words.length) return [];
  const found = [];
  for (const ranking of rankings)
    for (const body of ranking.bodies)
      if (words.every((word) => body.plain.includes(word))) found.push([ranking, body]);
  const first = ([, body]) => (body.plain.startsWith(words[0]) ? 0 : 1);
  found.sort((one, other) => first(one) - first(other) || collator.compare(one[1][0], other[1][0]));
  return found.slice(0, most + 1);
}

function searching(box, input, list, show, only = () => true) {
  const said = box.querySelector("[role=status]");
  const most = 12;
  const look = async () => {
    const rankings = (await index(box.dataset.index)).filter(only);
    const found = matches(rankings, input.value, most);
    const several = rankings.length > 1;
    list.replaceChildren(...found.slice(0, most).map(([ranking, body]) => show(ranking, body, several)));
    said.textContent = !plain(input.value) ? "" : !found.length ? box.dataset.none : found.length > most ? box.dataset.more : "";
  };
  input.addEventListener("focus", () => index(box.dataset.index), { once: true });
  input.addEventListener("input", look);
  return look;
}

function item(tag, attributes, body, ranking, several) {
  const line = make("li"), link = make(tag, "", attributes);
  link.append(make("bdi", body[0]), make("small", several ? ranking.title[language] : body[2]));
  line.append(link);
  return line;
}

for (const box of document.querySelectorAll(".finder")) {
  box.hidden = false;
  const input = box.querySelector("input"), list = box.querySelector("ul");
  searching(box, input, list, (ranking, body, several) =>
    item("a", { href: `${box.dataset.root}${language}/${ranking.folder}/body/${body[1]}.html` }, body, ranking, several));
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") list.querySelector("a")?.click();
  });
}

// --- a table that is sorted and filtered ---------------------------------------------------------

for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0], heads = [...table.tHead.rows[0].cells];
  const rows = [...body.rows].map((row, place) => ({ row, place, name: row.querySelector("th").innerText }));
  for (const each of rows) each.plain = ` ${plain(each.name)}`;

  const sort = (name, descending) => {
    const column = heads.findIndex((head) => head.dataset.sort === name);
    if (column < 0) return;
    const key = ({ row }) => {
      const { value, longer } = row.cells[column].dataset;
      return longer === undefined ? value : Infinity;
    };
    const sign = descending ? -1 : 1;
    rows.sort((one, other) => {
      if (name === "name") return sign * collator.compare(one.name, other.name);
      const a = key(one), b = key(other);
      // What has no value comes last, whichever way.
      if (a === undefined || b === undefined) return (a === undefined) - (b === undefined) || one.place - other.place;
      return sign * (a === b ? 0 : a - b) || one.place - other.place;
    });
    body.append(...rows.map(({ row }) => row));
    for (const head of heads) head.removeAttribute("aria-sort");
    heads[column].setAttribute("aria-sort", descending ? "descending" : "ascending");
  };

  for (const head of heads.filter((it) => it.dataset.sort)) {
    const button = make("button", head.textContent, { type: "button" });
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const name = head.dataset.sort, now = head.getAttribute("aria-sort");
      // The best come first, and names from the first letter.
      const descending = now ? now === "ascending" : !["rank", "name"].includes(name) && !head.dataset.better;
      sort(name, descending);
      remember({ sort: name === "rank" && !descending ? "" : name, order: descending ? "desc" : "" });
    });
  }
  heads[0].setAttribute("aria-sort", "ascending");

  const tools = document.querySelector(".tools");
  if (tools) {
    tools.hidden = false;
    const said = tools.querySelector("[role=status]");
    const fields = [...tools.querySelectorAll("input, select")];
    const filter = () => {
      const wanted = Object.fromEntries(fields.map((field) => [field.name, field.value]));
      const words = plain(wanted.q).split(" ").filter(Boolean).map((word) => ` ${word}`);
      let shown = 0;
      for (const { row, plain: name } of rows) {
        const fits = words.every((word) => name.includes(word))
          && (!wanted.category || row.dataset.category === wanted.category)
          && (!wanted.network || row.dataset.networks.split(" ").includes(wanted.network));
        row.hidden = !fits;
        shown += fits;
      }
      const all = shown === rows.length;
      said.textContent = all ? "" : tools.dataset.shown.replace("%(shown)s", shown).replace("%(all)s", rows.length);
    };
    for (const field of fields) {
      const wanted = state.get(field.name);
      if (wanted && (field.tagName === "INPUT" || [...field.options].some((it) => it.value === wanted))) field.value = wanted;
      field.addEventListener("input", () => {
        filter();
        remember({ [field.name]: field.value });
      });
    }
    filter();
  }
  if (state.get("sort")) sort(state.get("sort"), state.get("order") === "desc");
}

// --- bodies side by side --------------------------------------------------------------------------

const percent = new Intl.NumberFormat(language, { style: "percent" });
// Only none at all is 0 %, and only all is 100 %.
const share = (value) => value > 0 && value < 0.005 ? `<${percent.format(0.01)}` : value >= 0.995 && value < 1 ? `>${percent.format(0.99)}` : percent.format(value);
const ends = (low, high) => ` ${[low, high].map((it) => share(it).replace(/\s*%/u, "")).join("–")}`;

function drawn(tag, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function mark(rate, low, high) {
  const at = (value) => 10 + 200 * value;
  const lines = [0, 0.25, 0.5, 0.75, 1].map((it) => drawn("line", { class: "grid", x1: at(it), x2: at(it), y1: 0, y2: 24 }));
  const bar = drawn("rect", { class: "bar", x: at(low), y: 8, width: at(high) - at(low), height: 8, rx: 4 });
  const dot = drawn("circle", { class: "mark", cx: at(rate), cy: 12, r: 6 });
  return drawn("svg", { class: "row-mark", viewBox: "0 0 220 24", "aria-hidden": "true" }, ...lines, bar, dot);
}

function curve(rates) {
  const x = (place) => 4 + (110 * place) / Math.max(rates.length - 1, 1), y = (rate) => 25 - 0.22 * rate;
  const known = rates.map((rate, place) => [place, rate]).filter(([, rate]) => rate !== null);
  const runs = [];
  for (const [place, rate] of known) {
    if (!runs.length || runs.at(-1).at(-1)[0] !== place - 1) runs.push([]);
    runs.at(-1).push([place, rate]);
  }
  const lines = runs.map((run) => drawn("polyline", { class: "curve", points: run.map(([place, rate]) => `${x(place)},${y(rate)}`).join(" ") }));
  const last = known.slice(-1).map(([place, rate]) => drawn("circle", { class: "mark", cx: x(place), cy: y(rate), r: 3 }));
  return drawn("svg", { viewBox: "0 0 120 28", role: "img", "aria-label": known.map(([, rate]) => share(rate / 100)).join(", ") }, ...lines, ...last);
}

function duration(seconds, day) {
  const minutes = Math.round(seconds / 60), two = (number) => String(number).padStart(2, "0");
  if (Math.round(seconds) < 60) return `${Math.round(seconds)} s`;
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 1440) return `${Math.floor(minutes / 60)} h ${two(minutes % 60)}`;
  const hours = Math.round(seconds / 3600);
  return `${Math.floor(hours / 24)} ${day} ${two(hours % 24)} h`;
}

for (const box of document.querySelectorAll(".compare")) {
  box.hidden = false;
  const words = box.dataset, most = 4;
  const input = box.querySelector("input"), list = box.querySelector(".found"), chosen = box.querySelector(".chosen");
  const table = box.querySelector("table"), said = box.querySelector("[role=status]"), overlap = box.querySelector(".overlap");
  const files = (state.get("bodies") ?? "").split(",").filter(Boolean).slice(0, most);
  const axis = table.tHead.querySelector("svg");
  const only = (ranking) => ranking.name === words.ranking;

  const row = (body, ranking) => {
    const [name, file, , rank, first, last, n, answered, low, high, wait, rates] = body;
    const line = make("tr", "", { "data-body": file });
    const cell = (kind, tag = "td") => line.appendChild(make(tag, "", { class: kind }));
    cell("rank").append(make("strong", rank ?? "–"), make("small", first === null ? "" : ` ${first}–${last}`));
    const head = cell("body", "th");
    head.scope = "row";
    head.append(make("a", name, { href: `${words.root}${language}/${ranking.folder}/body/${file}.html` }));
    const plot = cell("plot"), rate = cell("number rate");
    if (n) {
      plot.append(mark(answered / n, low, high));
      rate.dataset.value = answered / n;
      rate.append(make("strong", share(answered / n)), make("small", ends(low, high)));
    } else rate.append("–");
    cell("number meta").append(n === null ? "–" : n.toLocaleString(language), make("span", ` ${words.asked}`, { class: "narrow" }));
    cell("number meta").append(make("span", `${words.wait} `, { class: "narrow" }), wait !== null ? duration(wait, words.unit) : n ? words.longer : "–");
    cell("spark").append(curve(rates));
    return line;
  };

  const show = async () => {
    const ranking = (await index(words.index)).find(only);
    const bodies = files.map((file) => ranking.bodies.find((body) => body[1] === file)).filter(Boolean);
    files.splice(0, files.length, ...bodies.map((body) => body[1]));
    remember({ bodies: files.join(",") });
    chosen.replaceChildren(...bodies.map((body) => {
      const line = make("li"), button = make("button", body[0], { type: "button", "aria-label": words.remove.replace("%(name)s", body[0]) });
      button.addEventListener("click", () => {
        files.splice(files.indexOf(body[1]), 1);
        show().then(() => input.focus());
      });
      line.append(button);
      return line;
    }));
    table.hidden = !bodies.length;
    const heads = [["rank", words.rank], ["body", words.body], ["plot", words.between], ["number rate", words.answered], ["number", words.asked], ["number", words.wait], ["spark", words.over]];
    const head = make("tr");
    head.append(...heads.map(([kind, text]) => make("th", text, { scope: "col", class: kind })));
    head.cells[2].append(axis);
    table.tHead.replaceChildren(head);
    table.tHead.hidden = false;
    table.tBodies[0].replaceChildren(...bodies.map((body) => row(body, ranking)));
    const known = bodies.filter((body) => body[8] !== null);
    overlap.hidden = !(known.length > 1 && Math.max(...known.map((body) => body[8])) <= Math.min(...known.map((body) => body[9])));
    overlap.textContent = words.overlap;
    input.disabled = files.length >= most;
    if (input.disabled) said.textContent = words.full;
  };

  searching(box, input, list, (ranking, body) => {
    const line = item("button", { type: "button" }, body, ranking, false);
    line.firstChild.addEventListener("click", () => {
      if (!files.includes(body[1])) files.push(body[1]);
      input.value = "";
      list.replaceChildren();
      said.textContent = "";
      show();
      input.focus();
    });
    return line;
  }, only);
  if (files.length) show();
}

// --- the choice of a language ---------------------------------------------------------------------

const offered = [...document.querySelectorAll("[data-language]")];
if (offered.length) {
  const wanted = navigator.languages.map((it) => it.slice(0, 2));
  const best = wanted.map((code) => offered.find((link) => link.dataset.language === code)).find(Boolean);
  location.replace((best ?? offered.find((link) => link.dataset.language === "en")).href);
}
