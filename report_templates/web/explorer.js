// What is chosen, kept in the address, and everything drawn from it.
const state = {figure: 0, set: 0, sort: "", filter: "", which: "", place: "", every: false};
const STATIC = new Set(["", "main", "figures", "explore", "reading", "files", "methods", "glossary", "headline"]);

function hashOf() {
  const parts = [["indicator", data.figures[state.figure].name]];
  if (data.sets[state.set].length) parts.push(["by", data.sets[state.set].join("+")]);
  for (const [key, value] of [["place", state.place], ["sort", state.sort], ["rows", state.which], ["q", state.filter.trim()]]) if (value) parts.push([key, value]);
  return "#" + parts.map(([key, value]) => `${key}=${encodeURIComponent(value).replace(/%2B/g, "+").replace(/%7C/g, "|")}`).join("&");
}

// An address is what somebody else typed: only what this edition knows is taken from it.
function readHash() {
  const text = location.hash.slice(1);
  if (STATIC.has(text) || !text.includes("=")) return false;
  const given = {};
  for (const part of text.split("&")) {
    const at = part.indexOf("=");
    try {
      given[part.slice(0, at)] = decodeURIComponent(part.slice(at + 1));
    } catch (error) {
      if (!(error instanceof URIError)) throw error;
    }
  }
  state.every = false;
  const figure = data.figures.findIndex(one => one.name === given.indicator);
  state.figure = Math.max(figure, 0);
  const sets = setsOf(state.figure), by = given.by ?? "";
  state.set = sets.find(set => data.sets[set].join("+") === by) ?? sets[0];
  const lines = current();
  state.place = lines.some(line => keyOf(line) === given.place) ? given.place : "";
  const [key, way] = (given.sort ?? "").split(".");
  state.sort = ["asc", "desc"].includes(way) && (key === "status" || /^name[0-2]$/.test(key) || WIDE[data.figures[state.figure].kind].includes(key)) ? given.sort : "";
  state.which = ["shown", "reliable"].includes(given.rows) ? given.rows : "";
  state.filter = (given.q ?? "").slice(0, 80);
  return figure < 0 ? "unknown" : true;
}

const current = () => viewRows(state.figure, state.set).map(row => lineOf(row, state.set));

function change(next) {
  Object.assign(state, next);
  if (state.set === null) state.set = setsOf(state.figure)[0];
  const other = "figure" in next || "set" in next;
  if (other) state.every = false;
  draw(other);
  keep();
  if (other) announce(titleOf());
  byId("done").textContent = "";
}

function keep() {
  const hash = hashOf();
  history.replaceState(null, "", hash);
  byId("share").setAttribute("href", hash);
  for (const link of document.querySelectorAll(".keeps-view")) link.setAttribute("href", link.getAttribute("href").split("#")[0] + hash);
}

function choose(key, stay) {
  state.place = key === state.place && !stay ? "" : key;
  const focused = document.activeElement?.dataset?.key;
  draw(false);
  keep();
  const line = current().find(one => keyOf(one) === state.place);
  announce(line ? spoken(line) : "");
  if (focused) document.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
}

function choosePlace(code) {
  const line = current().find(one => one.place === code);
  const name = mapOf(data.figures[state.figure], state.set);
  if (line) choose(keyOf(line), true);
  else {
    state.place = "";
    draw(false);
    announce(say("spoken_hidden", {place: data.breakdowns[name]?.codes[code] ?? code, status: data.words.map_none}));
  }
  document.querySelector(`#map-drawing [data-place="${CSS.escape(code)}"]`)?.focus();
}

function titleOf() {
  const figure = data.figures[state.figure];
  return data.sets[state.set].length ? `${figure.label} · ${setName(state.set)}` : figure.label;
}

function draw(all) {
  const figure = data.figures[state.figure], lines = current();
  const shown = sorted(filtered(lines, state), state), title = titleOf();
  byId("chosen").textContent = figure.label;
  byId("view-title").textContent = figure.label;
  byId("view-unit").textContent = figure.unit_label;
  byId("view-definition").textContent = figure.definition;
  byId("view-definition").hidden = !figure.definition;
  const radio = byId(`figure${state.figure}`);
  radio.checked = true;
  if (byId("filter").value !== state.filter) byId("filter").value = state.filter;
  byId("which").value = state.which;
  byId("tools").hidden = lines.length < 4 && !state.filter && !state.which;
  byId("rows").textContent = say("rows", {count: numberText(shown.length, 0), all: numberText(lines.length, 0)});
  if (all) {
    buildSets(state, change);
    drawTests();
  }
  const line = lines.find(one => keyOf(one) === state.place);
  drawMap(figure, state.set, lines, line ? line.place : "", choosePlace);
  drawPicture(shown, title);
  drawTable(figure, state.set, shown, state, title, change, choose);
  drawDetail(line);
  const reasons = new Set(lines.filter(one => one.reason).map(one => `${one.mark ? one.mark.split(" ")[0] + " " : ""}${capital(one.reason)}.`));
  byId("table-notes").textContent = [...reasons].join(" ");
}

function drawDetail(line) {
  const home = byId("detail");
  home.replaceChildren();
  home.hidden = !line;
  if (!line) return;
  const facts = element("dl", {class: "facts"});
  const add = (name, text) => text && facts.append(element("dt", {}, name), element("dd", {}, text));
  const close = element("button", {type: "button"}, data.words.close);
  close.addEventListener("click", () => {
    const key = state.place;
    choose(key, false);
    document.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus();
  });
  home.append(element("h4", {}, line.names.join(" · ")));
  if (line.shown) {
    home.append(element("p", {class: "value", "data-column": "estimate"}, withUnit(line.texts.estimate, line.figure.unit)));
    const [low, high] = ["ci_low", "ci_high"].map(name => withUnit(line.texts[name], line.figure.unit));
    if (low && high) home.append(element("p", {class: "interval"}, `${say("interval")}: ${say("range", {low, high})}`));
  }
  home.append(element("p", {class: line.status === "reliable" ? "good" : "warning"}, [line.mark, statusText(line)].filter(Boolean).join(" ")));
  if (line.reason) home.append(element("p", {class: "interval"}, `${capital(line.reason)}.`));
  if (line.shown) for (const name of data.columns[line.figure.kind].slice(3)) if (!name.startsWith("rank_")) add(data.words[`long_${name}`] ? say(`long_${name}`, {worst: line.figure.worst ?? ""}) : columnName(name, line.figure), line.texts[name]);
  if (line.texts.rank_range) add(columnName("rank_range", line.figure), line.texts.rank_range);
  home.append(facts, close);
}

// Only what was tested is compared in words.
function drawTests() {
  const home = byId("tests-text"), figure = data.figures[state.figure], names = data.sets[state.set];
  const own = data.comparisons.filter(one => one.figure === state.figure);
  const here = own.filter(one => names.includes(one.between));
  home.replaceChildren();
  byId("tests").hidden = !names.length && !own.length && figure.parts.length < 2;
  if (figure.kind === "model") home.append(element("p", {}, data.words.tests_models));
  else if (here.length) home.append(element("ul", {class: "findings"}, ...here.map(one => element("li", {}, one.text))));
  else {
    home.append(element("p", {}, data.words.tests_none));
    if (own.length) home.append(element("p", {}, say("tests_other", {list: [...new Set(own.map(one => data.breakdowns[one.between]?.label ?? one.between))].join(", ")})));
  }
}

function download() {
  const figure = data.figures[state.figure];
  const text = csvOf(figure, state.set, sorted(filtered(current(), state), state));
  const file = [data.study, figure.name, ...data.sets[state.set], data.language].join("_").replace(/[^\w.-]+/g, "_") + ".csv";
  const place = URL.createObjectURL(new Blob([text], {type: "text/csv;charset=utf-8"}));
  const link = element("a", {href: place, download: file});
  link.click();
  setTimeout(() => URL.revokeObjectURL(place), 10000);
  byId("done").textContent = say("downloaded", {file});
}

async function copy() {
  keep();
  try {
    await navigator.clipboard.writeText(location.href);
    byId("done").textContent = data.words.copied;
  } catch {
    byId("done").textContent = data.words.copy_failed;
  }
}

function arrive() {
  const read = readHash();
  if (!read) return false;
  draw(true);
  byId("share").setAttribute("href", hashOf());
  for (const link of document.querySelectorAll(".keeps-view")) link.setAttribute("href", link.getAttribute("href").split("#")[0] + hashOf());
  const list = byId("list"), choice = byId(`figure${state.figure}`);
  list.scrollTop = choice.offsetTop - list.offsetTop - list.clientHeight / 3;
  byId("explore").scrollIntoView({behavior: "instant"});
  if (read === "unknown") announce(data.words.unknown);
  return true;
}

if (data.figures.length) {
  byId("explore").hidden = false;
  document.documentElement.classList.add("scripted");
  buildChooser(change);
  state.set = setsOf(0)[0];
  if (!arrive()) draw(true);
  addEventListener("hashchange", arrive);
  byId("filter").addEventListener("input", event => change({filter: event.target.value}));
  byId("which").addEventListener("change", event => change({which: event.target.value}));
  byId("more").addEventListener("click", () => {
    change({every: true});
    byId("table").tBodies[0].rows[FIRST].querySelector("button").focus();
  });
  byId("download").addEventListener("click", download);
  byId("copy").addEventListener("click", copy);
  byId("print").addEventListener("click", () => {
    document.documentElement.classList.add("one-view");
    print();
    document.documentElement.classList.remove("one-view");
  });
  let width = innerWidth;
  addEventListener("resize", () => {
    if (innerWidth !== width) {
      width = innerWidth;
      drawPicture(sorted(filtered(current(), state), state), titleOf());
    }
  });
  document.fonts?.ready.then(() => drawPicture(sorted(filtered(current(), state), state), titleOf()));
}
