// The rows of a view: one figure in one set of breakdowns.
const FIGURE = 0, PART = 1, SET = 2, CODES = 3, STATUS = 4, REASON = 5, MARK = 6, NUMBERS = 7;
const rowsOf = data.figures.map(() => []);
for (const row of data.rows) rowsOf[row[FIGURE]].push(row);

// Sets of breakdowns a figure was tabulated in, the whole population first.
function setsOf(figure) {
  const found = [...new Set(rowsOf[figure].map(row => row[SET]))];
  return found.sort((a, b) => data.sets[a].length - data.sets[b].length || a - b);
}

function setName(set) {
  const names = data.sets[set].map(name => data.breakdowns[name].label);
  return names.length ? names.join(data.words.and) : data.words.whole;
}

// Where a breakdown stands alone its total stands first.
function viewRows(figure, set) {
  const rows = rowsOf[figure].filter(row => row[SET] === set);
  if (data.sets[set].length !== 1) return rows;
  const whole = data.sets.findIndex(names => names.length === 0);
  return [...rowsOf[figure].filter(row => row[SET] === whole), ...rows];
}

function describe(row, set) {
  const figure = data.figures[row[FIGURE]];
  const names = data.sets[set];
  const columns = figure.parts.length ? [figure.parts[row[PART]][1]] : [];
  if (names.length) {
    names.forEach((name, at) => columns.push(row[CODES].length ? data.breakdowns[name].codes[row[CODES][at]] ?? row[CODES][at] : data.words.total));
  } else if (!figure.parts.length) columns.push(data.words.whole);
  return columns;
}

// One line of a view, ready to be shown, sorted, drawn or written.
function lineOf(row, set) {
  const figure = data.figures[row[FIGURE]];
  const shown = row.length > NUMBERS && !HIDDEN.has(row[STATUS]);
  const names = data.columns[figure.kind];
  const values = {}, texts = {};
  names.forEach((name, at) => {
    values[name] = shown ? row[NUMBERS][at] : null;
    texts[name] = shown ? numberText(row[NUMBERS][at], figure.decimals[at]) : "";
  });
  if (figure.kind === "model") {
    values.rank_range = values.rank_low;
    texts.rank_range = shown ? say("range", {low: texts.rank_low, high: texts.rank_high}) : "";
  }
  const part = figure.parts.length ? figure.parts[row[PART]][0] : figure.name;
  return {
    row, figure, shown, values, texts, names: describe(row, set), status: row[STATUS],
    mark: [MARKS[row[STATUS]], ...(shown ? row[MARK] : "")].filter(Boolean).join(" "),
    reason: data.reasons[row[REASON]], code: data.reason_codes[row[REASON]], part, place: placeOf(figure, row, set, part),
    total: data.sets[set].length > 0 && row[CODES].length === 0,
  };
}

// The place a line is about, where there is a map of it.
function placeOf(figure, row, set, part) {
  if (figure.places && data.sets[set].length === 0) return figure.places[part] ?? "";
  return mapOf(figure, set) && row[CODES].length === 1 ? row[CODES][0] : "";
}

function mapOf(figure, set) {
  const names = data.sets[set];
  if (figure.places && names.length === 0) return figure.of;
  return names.length === 1 && !figure.parts.length && names[0] in data.maps ? names[0] : "";
}

function statusText(line) {
  const notes = line.shown ? [...line.row[MARK]].map(mark => data.words[NOTES[mark]]) : [];
  return [data.statuses[line.status], ...notes].join(". ");
}

function spoken(line) {
  const place = line.names.join(", ");
  if (!line.shown) return say("spoken_hidden", {place, status: statusText(line)});
  const [value, low, high] = ["estimate", "ci_low", "ci_high"].map(name => withUnit(line.texts[name], line.figure.unit));
  return say("spoken", {place, value, low, high, status: statusText(line)});
}
