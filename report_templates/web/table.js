// The table of a view: sorted, filtered, and written as CSV.
const WIDE = {estimate: ["estimate", "ci_low", "ci_high", "se", "cv", "n"], model: ["estimate", "ci_low", "ci_high", "cv", "rank", "rank_range", "probability_worst"]};

// Rows that stand in the table at once; sorting, filtering and the download take all.
const FIRST = 300;

function columnName(name, figure) {
  return data.words[name === "cv" && figure.kind === "model" ? "col_cv_model" : `col_${name}`];
}

function nameColumns(figure, set) {
  const names = data.sets[set].map(name => data.breakdowns[name].label);
  const parts = figure.parts.length ? [figure.of_label || data.words.category] : [];
  const found = [...parts, ...names];
  return found.length ? found : [data.words.indicator];
}

function filtered(lines, state) {
  const wanted = plain(state.filter.trim());
  return lines.filter(line => (!state.which || (state.which === "shown" ? line.shown : line.status === "reliable"))
    && (!wanted || plain([...line.names, data.statuses[line.status]].join(" ")).includes(wanted)));
}

// What has no number comes last whichever way the rest is sorted.
function sorted(lines, state) {
  if (!state.sort) return lines;
  const [key, way] = state.sort.split("."), sign = way === "desc" ? -1 : 1;
  const words = new Intl.Collator(data.language, {numeric: true});
  return lines.map((line, at) => [line, at]).sort(([a, at], [b, to]) => {
    if (key.startsWith("name")) return sign * words.compare(a.names[Number(key.slice(4))] ?? "", b.names[Number(key.slice(4))] ?? "") || at - to;
    if (key === "status") return sign * words.compare(data.statuses[a.status], data.statuses[b.status]) || at - to;
    const [x, y] = [a.values[key] ?? null, b.values[key] ?? null];
    if (x === null || y === null) return (x === null) - (y === null) || at - to;
    return sign * (x - y) || at - to;
  }).map(([line]) => line);
}

function drawTable(figure, set, lines, state, title, change, choose) {
  const [key, way] = state.sort ? state.sort.split(".") : ["", ""];
  const names = nameColumns(figure, set), columns = WIDE[figure.kind];
  const head = element("tr");
  const add = (id, text, long, first) => {
    const button = element("button", {type: "button", "data-sort": id, title: say("sort", {what: long})}, text, element("span", {class: "arrow", "aria-hidden": "true"}, key !== id ? "↕" : way === "desc" ? "↓" : "↑"));
    const cell = element("th", {scope: "col", ...(first ? {class: "name"} : {})}, button);
    if (key === id) cell.setAttribute("aria-sort", way === "desc" ? "descending" : "ascending");
    button.addEventListener("click", () => {
      const next = key !== id ? "asc" : way === "asc" ? "desc" : "";
      change({sort: next ? `${id}.${next}` : ""});
      document.querySelector(`[data-sort="${id}"]`).focus();
      announce(next ? say(next === "asc" ? "sorted_ascending" : "sorted_descending", {what: long}) : data.words.sorted_natural);
    });
    head.append(cell);
  };
  names.forEach((text, at) => add(`name${at}`, text, text, true));
  for (const name of columns) {
    const long = data.words[`long_${name}`] ? say(`long_${name}`, {worst: figure.worst ?? ""}) : columnName(name, figure);
    add(name, columnName(name, figure), long, false);
  }
  add("status", data.words.col_status, data.words.col_status, true);
  const table = byId("table");
  byId("table-title").replaceChildren(element("span", {class: "title"}, title), " ", element("span", {class: "unit"}, figure.unit_label));
  table.tHead.replaceChildren(head);
  const body = document.createDocumentFragment();
  const kept = state.every ? lines : lines.slice(0, FIRST);
  for (const line of kept) body.append(tableRow(line, columns, state, choose));
  byId("more").hidden = kept.length === lines.length;
  byId("more").textContent = say("more", {count: numberText(lines.length, 0)});
  if (!lines.length) body.append(element("tr", {}, element("td", {colspan: names.length + columns.length + 1, class: "name"}, data.words.rows_none)));
  table.tBodies[0].replaceChildren(body);
}

const keyOf = line => [line.part, ...line.row[CODES]].join("|");

function tableRow(line, columns, state, choose) {
  const classes = [line.total ? "strong" : "", line.shown ? "" : "hidden-row", keyOf(line) === state.place ? "picked" : ""].filter(Boolean).join(" ");
  const row = element("tr", classes ? {class: classes} : {});
  line.names.forEach((text, at) => {
    if (at < line.names.length - 1) row.append(element("th", {scope: "row", class: "name"}, text));
    else {
      const button = element("button", {type: "button", class: "pick", "aria-label": say("select", {what: line.names.join(", ")}), "aria-pressed": keyOf(line) === state.place ? "true" : "false", "data-key": keyOf(line)}, text);
      button.addEventListener("click", () => choose(keyOf(line), true));
      row.append(element("th", {scope: "row", class: "name"}, button));
    }
  });
  for (const name of columns) {
    const cell = element("td", {"data-column": name});
    if (line.shown) cell.append(line.texts[name]);
    row.append(cell);
  }
  const quality = element("td", {class: "name quality"});
  if (line.mark) quality.append(element("span", {class: "sign", "aria-hidden": "true"}, line.mark), " ");
  quality.append(statusText(line));
  row.append(quality);
  return row;
}

// A text that a spreadsheet would run as a formula is quoted, as in the files of the release.
function inert(text) {
  return /^[=+\-@\t\r]/.test(text) && !/^[+-]?\d+(\.\d+)?$/.test(text) ? `'${text}` : text;
}

function csvOf(figure, set, lines) {
  const cell = value => {
    const text = typeof value === "number" ? String(value) : inert(value ?? "");
    return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
  };
  const columns = data.columns[figure.kind], names = data.sets[set];
  const notice = [data.synthetic ? data.words.csv_synthetic : data.words.csv_survey, data.draft ? data.words.csv_draft : data.words.csv_final].join("; ");
  const head = ["study", data.words.csv_notice, "indicator", "indicator_label", ...names.flatMap(name => [name, `${name}_label`]), ...columns, "unit", "status", "status_label", "reason"];
  const body = lines.map(line => [
    data.study, notice, line.part, line.figure.parts.length ? `${figure.label}: ${figure.parts[line.row[PART]][1]}` : figure.label,
    ...names.flatMap((name, at) => line.row[CODES].length ? [line.row[CODES][at], data.breakdowns[name].codes[line.row[CODES][at]] ?? line.row[CODES][at]] : ["_T", data.words.total]),
    ...columns.map(name => line.values[name] ?? ""), figure.unit, line.status, data.statuses[line.status], line.code,
  ]);
  return "\ufeff" + [head, ...body].map(row => row.map(cell).join(",") + "\r\n").join("");
}
