// Words, numbers and elements: how the page speaks.
const data = JSON.parse(document.getElementById("data").textContent);
const byId = id => document.getElementById(id);
const MINUS = "\u2212";
const HIDDEN = new Set(["withheld", "confidential", "empty"]);
const MARKS = {weak: "†", withheld: "‡", confidential: "§", empty: "–"};
const NOTES = {"¶": "mark_uncertified", "◊": "mark_extended", "*": "mark_model"};

// A phrase with its places filled; what is filled in is never read as a phrase.
function say(key, places = {}) {
  const held = {confidence: data.confidence, ...places};
  return data.words[key].replace(/\{(\w+)\}/g, (whole, name) => name in held ? String(held[name]) : whole);
}

// Decimal point and thousands comma in both languages, as in the report; the sign of minus is the true one.
function numberText(value, decimals) {
  if (value === null || value === undefined) return "";
  const [whole, rest] = Math.abs(value).toFixed(decimals).split(".");
  const text = whole.replace(/\B(?=(\d{3})+$)/g, ",") + (rest ? "." + rest : "");
  return value < 0 && Number(text.replace(/,/g, "")) !== 0 ? MINUS + text : text;
}

function withUnit(text, unit) {
  if (unit !== "percent" || !text) return text;
  return data.language === "es" ? text + "\u00a0%" : text + "%";
}

// Texts become text nodes only; no label is ever read as markup.
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function drawn(name, attributes = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

const plain = text => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

function announce(text) {
  byId("status").textContent = text;
}

const capital = text => text.slice(0, 1).toUpperCase() + text.slice(1);
