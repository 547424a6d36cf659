// Dots with their intervals; what may not be published is a hatched band and never a position.
const ROW = 30, MOST = 60;

function hatch(id, kind) {
  const cross = kind === "withheld" ? [drawn("path", {class: "stripe", d: "M0 0L8 8M8 0L0 8"})] : [drawn("path", {class: "stripe", d: "M-2 2L2 -2M0 8L8 0M6 10L10 6"})];
  return drawn("pattern", {id, width: 8, height: 8, patternUnits: "userSpaceOnUse"}, ...cross);
}

function ticksOf(low, high) {
  const step = 10 ** Math.floor(Math.log10((high - low) / 3 || 1));
  const wide = [1, 2, 5, 10].map(by => by * step).find(size => (high - low) / size <= 5) ?? 10 * step;
  const ticks = [];
  for (let at = Math.ceil(low / wide - 1e-9); at * wide <= high * (1 + 1e-9) + 1e-12; at += 1) ticks.push(at * wide);
  return [ticks, Math.max(0, -Math.floor(Math.log10(wide) + 1e-9))];
}

// Groups of lines under their first name where there are two names.
function drawnLines(lines) {
  const shown = lines.filter(line => line.shown), rest = lines.length - shown.length;
  const kept = rest > 30 ? shown : lines;
  return {kept: kept.slice(0, MOST), left: rest > 30 ? rest : 0, cut: kept.length > MOST};
}

function drawPicture(lines, title) {
  const home = byId("picture-drawing"), {kept, left, cut} = drawnLines(lines);
  const shown = kept.filter(line => line.shown);
  home.replaceChildren();
  byId("picture").hidden = kept.length === 0;
  const notes = [say("picture_note")];
  if (left) notes.push(say("picture_more", {count: left}));
  if (cut) notes.push(say("picture_cut", {count: MOST}));
  byId("picture-note").textContent = notes.join(" ");
  if (!kept.length) return;
  const figure = kept[0].figure, width = Math.max(260, Math.min(home.clientWidth || 640, 860));
  const stacked = width < 560, left0 = stacked ? 4 : Math.min(250, width * 0.36), right0 = width - (stacked ? 12 : 92);
  const lows = shown.map(line => line.values.ci_low ?? line.values.estimate), highs = shown.map(line => line.values.ci_high ?? line.values.estimate);
  const low = Math.min(0, ...lows), high = Math.max(...highs, low + 1e-9);
  const [ticks, decimals] = ticksOf(low, shown.length ? high : 1);
  const top = shown.length ? Math.max(high, ticks[ticks.length - 1] ?? high) : 1;
  const x = value => left0 + (right0 - left0) * (value - low) / (top - low || 1);
  const grouped = kept[0].names.length > 1;
  const step = stacked ? 46 : ROW;
  const body = drawn("g"), grid = drawn("g", {class: "grid"});
  let y = 10, before = null;
  for (const line of kept) {
    const name = grouped ? line.names.slice(0, -1).join(" · ") : null;
    if (grouped && name !== before) {
      body.append(drawn("text", {class: "heading", x: 2, y: y + 16}, name));
      before = name;
      y += 26;
    }
    const middle = y + (stacked ? 32 : step / 2), label = line.names[line.names.length - 1];
    const group = drawn("g", {class: `row ${line.status}${line.total ? " whole" : ""}`});
    const words = wrapped(label, stacked ? width - 90 : left0 - 18, stacked ? 1 : 2);
    words.forEach((text, at) => group.append(drawn("text", stacked
      ? {x: 2, y: y + 14}
      : {x: left0 - 12, y: middle + 4.5 + (at - (words.length - 1) / 2) * 14, "text-anchor": "end"}, text)));
    if (line.shown) {
      const [value, from, to] = ["estimate", "ci_low", "ci_high"].map(key => line.values[key]);
      if (from !== null && to !== null) group.append(drawn("line", {class: "whisker", x1: x(from), x2: x(to), y1: middle, y2: middle}));
      group.append(drawn("circle", {class: "dot", cx: x(value), cy: middle, r: 5}));
      const text = `${withUnit(line.texts.estimate, figure.unit)}${line.mark ? " " + line.mark : ""}`;
      group.append(drawn("text", stacked ? {class: "number", x: width - 2, y: y + 14, "text-anchor": "end"} : {class: "number", x: right0 + 12, y: middle + 4.5}, text));
    } else {
      if (line.status !== "empty") group.append(drawn("rect", {class: "band", x: left0, y: middle - 5, width: right0 - left0, height: 10, fill: "url(#hatch-picture)"}));
      group.append(drawn("text", stacked ? {class: "number", x: width - 2, y: y + 14, "text-anchor": "end"} : {class: "number", x: right0 + 12, y: middle + 4.5}, line.mark));
    }
    body.append(group);
    y += step;
  }
  for (const tick of shown.length ? ticks : []) {
    grid.append(drawn("line", {x1: x(tick), x2: x(tick), y1: 6, y2: y + 2}));
    grid.append(drawn("text", {x: x(tick), y: y + 18, "text-anchor": x(tick) > width - 24 ? "end" : x(tick) < 12 ? "start" : "middle"}, withUnit(numberText(tick, decimals), figure.unit)));
  }
  const places = {title, shown: shown.length, hidden: lines.length - lines.filter(line => line.shown).length};
  if (shown.length) {
    const values = shown.map(line => line.values.estimate), at = figure.decimals[0];
    places.low = withUnit(numberText(Math.min(...values), at), figure.unit);
    places.high = withUnit(numberText(Math.max(...values), at), figure.unit);
  }
  const alt = say(shown.length ? "picture_alt" : "picture_alt_none", places);
  home.append(drawn("svg", {viewBox: `0 0 ${width} ${y + 26}`, width, height: y + 26, role: "img", "aria-label": alt, focusable: "false"},
    drawn("defs", {}, hatch("hatch-picture", "withheld")), grid, body));
}

const ruler = document.createElement("canvas").getContext("2d");

// Text in as many lines as fit, the last one cut with an ellipsis; the whole label is in the table.
function wrapped(text, width, most) {
  ruler.font = '14px "Caracteriza Text", sans-serif';
  const lines = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line ? `${line} ${word}` : word;
    if (line && ruler.measureText(longer).width > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  lines.push(line);
  const kept = lines.slice(0, most);
  if (lines.length > most) kept[most - 1] += "…";
  const last = kept.length - 1;
  while (kept[last].length > 2 && ruler.measureText(kept[last]).width > width) kept[last] = kept[last].replace(/….*$/, "").slice(0, -1) + "…";
  return kept;
}
