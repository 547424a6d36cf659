// Tiles of places: one is in the order of the tab key, the arrows move among them, Enter or a click selects.
const SHADES = 5, TILE = 52, SMALL = 28, LEAST = 38;

const spread = classes => Array.from({length: classes}, (_, at) => Math.round(at * (SHADES - 1) / Math.max(classes - 1, 1)));

function classOf(value, edges) {
  const classes = edges.length - 1;
  let at = 0;
  while (at < classes - 1 && value >= edges[at + 1]) at += 1;
  return at;
}

function drawMap(figure, set, lines, chosen, choose) {
  const name = mapOf(figure, set), home = byId("map-drawing");
  byId("map").hidden = !name;
  home.replaceChildren();
  byId("map-legend").replaceChildren();
  if (!name) return;
  const lineAt = new Map(lines.filter(line => line.place).map(line => [line.place, line]));
  const edges = figure.edges[String(set)] ?? [], tiles = data.maps[name];
  const labels = figure.places && !data.sets[set].length
    ? Object.fromEntries(figure.parts.map(([part, label]) => [figure.places[part], label])) : data.breakdowns[name].codes;
  const large = tiles.length > 60, size = large ? SMALL : TILE;
  const columns = 1 + Math.max(...tiles.map(tile => tile[2])), height = 1 + Math.max(...tiles.map(tile => tile[1]));
  const at = new Map(tiles.map(tile => [`${tile[1]},${tile[2]}`, tile[0]]));
  const groups = new Map();
  const first = tiles.some(tile => tile[0] === chosen) ? chosen : tiles[0][0];
  const svg = drawn("svg", {
    viewBox: `0 0 ${columns * size} ${height * size}`,
    role: "group", "aria-labelledby": "map-title", "aria-describedby": "map-help",
  }, drawn("defs", {}, hatch("hatch-map", "withheld"), hatch("hatch-weak", "weak")));
  // As wide as there is room, but no tile smaller than a finger needs.
  svg.style.width = "100%";
  svg.style.minWidth = `${columns * (large ? SMALL : LEAST)}px`;
  svg.style.maxWidth = `${columns * (large ? SMALL : TILE * 1.15)}px`;
  for (const [code, row, column, short] of tiles) {
    const line = lineAt.get(code), label = labels[code] ?? code;
    const shade = line?.shown && edges.length ? spread(edges.length - 1)[classOf(line.values.estimate, edges)] : null;
    const group = drawn("g", {
      class: `tile ${shade === null ? "none" : `shade${shade}`}`, role: "button", tabindex: code === first ? 0 : -1, "data-place": code,
      "aria-pressed": code === chosen ? "true" : "false", transform: `translate(${column * size} ${row * size})`,
      "aria-label": line ? spoken(line) : say("spoken_hidden", {place: label, status: data.words.map_none}),
    }, drawn("title", {}, label));
    const box = {x: 1, y: 1, width: size - 3, height: size - 3, rx: 2};
    group.append(drawn("rect", {class: "face", ...box}));
    if (line && !line.shown && line.status !== "empty") group.append(drawn("rect", {...box, class: "withheld", fill: "url(#hatch-map)"}));
    if (line?.status === "weak") group.append(drawn("rect", {...box, class: "weak", fill: "url(#hatch-weak)"}));
    if (!large) {
      const value = line ? (line.shown ? line.texts.estimate : line.mark) : "";
      const backs = [[short, 20, 13], [value, 38, 12]].filter(([text]) => text);
      for (const [text, y] of backs) if (line && (line.status === "weak" || !line.shown)) group.append(drawn("rect", {class: "back", x: size / 2 - 1.5 - text.length * 3.9 - 2, y: y - 11, width: text.length * 7.8 + 4, height: 15}));
      for (const [text, y, font] of backs) group.append(drawn("text", {x: size / 2 - 0.5, y, "font-size": text.length > 4 ? font - 2 : font, "text-anchor": "middle"}, text));
    }
    group.append(drawn("rect", {class: "ring", ...box}));
    group.addEventListener("click", () => choose(code));
    group.addEventListener("keydown", event => {
      const steps = {ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0]}[event.key];
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        choose(code);
      } else if (steps) {
        event.preventDefault();
        const next = neighbour(at, row, column, steps, height, columns) ?? code;
        for (const other of groups.values()) other.setAttribute("tabindex", -1);
        groups.get(next).setAttribute("tabindex", 0);
        groups.get(next).focus();
      }
    });
    groups.set(code, group);
    svg.append(group);
  }
  home.append(svg);
  legend(figure, edges, lines.filter(line => line.place), tiles);
}

// The next place in a direction: straight on over gaps, then the nearest one in the next line that has any.
function neighbour(at, row, column, [down, across], height, columns) {
  const far = Math.max(height, columns);
  for (let steps = 1; steps < far; steps += 1) {
    for (let aside = 0; aside < far; aside += 1) {
      for (const shift of aside ? [aside, -aside] : [0]) {
        const found = at.get(`${row + down * steps + (across ? shift : 0)},${column + across * steps + (down ? shift : 0)}`);
        if (found && (aside <= steps)) return found;
      }
    }
  }
  return null;
}

function legend(figure, edges, lines, tiles) {
  const home = byId("map-legend"), at = figure.decimals[0];
  const swatch = (kind, pattern, text) => {
    const svg = drawn("svg", {class: "swatch", width: 22, height: 16, "aria-hidden": "true", focusable: "false"}, drawn("g", {class: `tile ${kind}`}, drawn("rect", {class: "face", x: 0.5, y: 0.5, width: 21, height: 15}), ...(pattern ? [drawn("rect", {class: pattern[1], x: 0.5, y: 0.5, width: 21, height: 15, fill: `url(#${pattern[0]})`})] : [])));
    home.append(element("li", {}, svg, element("span", {}, text)));
  };
  const classes = edges.length - 1;
  for (let place = 0; place < classes; place += 1) {
    const [low, high] = [edges[place], edges[place + 1]].map(value => withUnit(numberText(value, at), figure.unit));
    swatch(`shade${spread(classes)[place]}`, null, low === high ? low : say("range", {low, high}));
  }
  if (lines.some(line => line.status === "weak")) swatch("shade0", ["hatch-weak", "weak"], data.statuses.weak);
  if (lines.some(line => line.status === "withheld" || line.status === "confidential")) swatch("none", ["hatch-map", "withheld"], data.words.map_withheld);
  if (lines.length < tiles.length || lines.some(line => line.status === "empty")) swatch("none", null, data.words.map_none);
}
