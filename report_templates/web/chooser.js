// Choosing an indicator: one group of radio buttons, so the arrow keys move in it and one tab leaves it.
function buildChooser(change) {
  const home = byId("list"), topics = new Map();
  data.figures.forEach((figure, at) => topics.set(figure.topic, [...(topics.get(figure.topic) ?? []), at]));
  let number = 0;
  for (const [topic, figures] of topics) {
    const id = `topic${number++}`, group = element("div", {class: "topic", role: "group", "aria-labelledby": id}, element("p", {id, class: "topic-name"}, topic));
    for (const at of figures) {
      const input = element("input", {type: "radio", name: "indicator", value: data.figures[at].name, id: `figure${at}`});
      input.addEventListener("change", () => change({figure: at, set: null, sort: "", filter: "", which: "", place: ""}));
      // Arrow keys go on; a tap has chosen, and on a small screen the list makes room.
      input.addEventListener("click", event => event.detail > 0 && closeIfNarrow());
      group.append(element("label", {class: "choice", for: `figure${at}`, "data-at": at}, input, element("span", {}, data.figures[at].label)));
    }
    home.append(group);
  }
  byId("find").addEventListener("input", narrow);
  const wide = matchMedia("(min-width: 64rem)");
  const fit = () => byId("chooser").toggleAttribute("open", wide.matches);
  wide.addEventListener("change", fit);
  fit();
  narrow();
}

function closeIfNarrow() {
  if (matchMedia("(min-width: 64rem)").matches) return;
  byId("chooser").removeAttribute("open");
  byId("view-title").focus({preventScroll: true});
  byId("chooser").scrollIntoView({block: "start", behavior: "instant"});
}

function narrow() {
  const wanted = plain(byId("find").value.trim());
  let count = 0;
  for (const choice of document.querySelectorAll(".choice")) {
    const figure = data.figures[Number(choice.dataset.at)];
    const fits = !wanted || plain(`${figure.label} ${figure.topic} ${figure.parts.map(part => part[1]).join(" ")}`).includes(wanted);
    choice.hidden = !fits;
    count += fits;
  }
  for (const topic of document.querySelectorAll(".topic")) topic.hidden = !topic.querySelector(".choice:not([hidden])");
  byId("found").textContent = count ? say("found", {count, all: data.figures.length}) : data.words.found_none;
}

function buildSets(state, change) {
  const home = byId("by"), sets = setsOf(state.figure);
  home.querySelectorAll("label").forEach(label => label.remove());
  home.hidden = sets.length < 2;
  for (const set of sets) {
    const input = element("input", {type: "radio", name: "by", value: String(set), id: `set${set}`});
    input.checked = set === state.set;
    input.addEventListener("change", () => change({set, sort: "", filter: "", which: "", place: ""}));
    home.append(element("label", {for: `set${set}`}, input, element("span", {}, setName(set))));
  }
}
