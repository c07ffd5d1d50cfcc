// The page: a click on a citation shows the page with its words marked; forms are sent without leaving the page.
"use strict";
const byId = (id) => document.getElementById(id);
const sizes = JSON.parse(byId("sheet").dataset.pages);
const names = Object.keys(sizes);
let shown = names[0];

function turn(name, boxes) {
  if (!(name in sizes)) return;
  shown = name;
  const [width, height] = sizes[name];
  byId("picture").src = `pages/${name}.png`;
  byId("picture").alt = `Page ${name} of the chart`;
  byId("where").textContent = `Ex. ${name}`;
  const marks = byId("marks");
  marks.setAttribute("viewBox", `0 0 ${width} ${height}`);
  marks.replaceChildren(...(boxes || "").split(";").filter(Boolean).map((box) => {
    const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    box.split(",").forEach((value, i) => rect.setAttribute(["x", "y", "width", "height"][i], value));
    return rect;
  }));
  if (adding()) showWords();
  else marks.firstChild?.scrollIntoView({ block: "nearest" });
}

// Adding a fact: every word of the page can be clicked, and the words from the first to the last are its evidence.
let words = [];
let ends = [];
const adding = () => !byId("add").hidden;

async function showWords() {
  const answer = await fetch(`pages/${shown}.json`);
  if (!answer.ok) return tell(await answer.text());
  words = await answer.json();
  ends = [];
  byId("marks").replaceChildren(...words.map(([x, y, width, height], i) => {
    const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    const given = { x, y, width, height, class: "word", "data-word": i };
    Object.entries(given).forEach(([key, value]) => rect.setAttribute(key, value));
    return rect;
  }));
  showChosen();
}

function showChosen() {
  const [first, last] = [Math.min(...ends), Math.max(...ends)];
  const chosen = (i) => ends.length > 0 && i >= first && i <= last;
  byId("quote").textContent = words.filter((_, i) => chosen(i)).map((word) => word[4]).join(" ");
  document.querySelectorAll(".word").forEach((rect, i) => rect.classList.toggle("chosen", chosen(i)));
  const form = byId("add");
  form.elements.page.value = shown;
  form.elements.first.value = ends.length ? first : "";
  form.elements.last.value = ends.length ? last : "";
}

function toggleAdding(on) {
  byId("add").hidden = !on;
  byId("mark").setAttribute("aria-pressed", on);
  if (on) showWords();
  else byId("marks").replaceChildren();
}

byId("mark").addEventListener("click", () => toggleAdding(!adding()));
byId("marks").addEventListener("click", (event) => {
  if (!event.target.matches(".word")) return;
  ends = [...(ends.length > 1 ? [] : ends), Number(event.target.dataset.word)];
  showChosen();
});
byId("add").elements.kind.addEventListener("change", (event) =>
  byId("add").querySelectorAll("fieldset").forEach((part) => (part.hidden = part.dataset.kind !== event.target.value)));

function step(by) { turn(names[Math.min(Math.max(names.indexOf(shown) + by, 0), names.length - 1)]); }

let asked = 0;

async function showSigning() {
  const mine = ++asked;
  const answer = await fetch("signing");
  const text = await answer.text();
  if (mine !== asked) return; // a later decision asked again
  if (!answer.ok) return tell(text);
  const part = new DOMParser().parseFromString(text, "text/html").body.firstElementChild;
  byId("signing").replaceChildren(part);
  byId("state").textContent = part.dataset.state;
  byId("state").className = `state ${part.dataset.kind}`;
}

function tell(text) { byId("told").textContent = text; }

async function send(form) {
  const body = new URLSearchParams(new FormData(form));
  if (!body.has("name")) body.set("name", byId("person").value);
  const fact = form.closest("[data-fact]")?.dataset.fact;
  const answer = await fetch(form.getAttribute("action"), { method: "POST", body });
  const text = await answer.text();
  if (!answer.ok) return tell(text);
  const fresh = new DOMParser().parseFromString(text, "text/html").getElementById("facts");
  if (!fresh) return location.reload();
  tell("");
  byId("add").elements.expected.value = fresh.dataset.expected;
  if (form === byId("add")) toggleAdding(false);
  const at = byId("facts").scrollTop;
  byId("facts").replaceChildren(...fresh.childNodes);
  byId("facts").scrollTop = at;
  byId("state").textContent = "Building the packet …";
  byId("state").className = "state";
  const listed = facts();
  (listed.find((row) => row.dataset.fact === fact) || listed[0])?.focus({ preventScroll: true });
  await showSigning();
}

const facts = () => [...document.querySelectorAll(".fact")];

function next() {
  const listed = facts();
  const open = listed.filter((row) => !row.classList.contains("decided"));
  const from = listed.indexOf(document.activeElement.closest(".fact"));
  const row = open.find((other) => listed.indexOf(other) > from) || open[0];
  row?.focus();
  row?.querySelector("a[data-page]")?.click();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-page]") ||
    (event.target.closest("button, summary, input, label, a") ? null : event.target.closest(".fact")?.querySelector("a[data-page]"));
  if (!link) return;
  event.preventDefault();
  turn(link.dataset.page, link.dataset.boxes);
});
document.addEventListener("submit", (event) => {
  if (!event.target.matches("form.act")) return;
  event.preventDefault();
  send(event.target);
});
byId("before").addEventListener("click", () => step(-1));
byId("after").addEventListener("click", () => step(1));
document.addEventListener("keydown", (event) => {
  if (event.target.matches("input, select") || event.ctrlKey || event.metaKey || event.altKey) return;
  const fact = document.activeElement.closest(".fact");
  if (event.key === "ArrowRight") step(1);
  else if (event.key === "ArrowLeft") step(-1);
  else if (event.key === "n") next();
  else if (event.key === "c") fact?.querySelector(".acts > form button")?.click();
  else if (event.key === "u") document.querySelector(".undo button")?.click();
  else if (event.key === "e" && fact?.querySelector(".correct")) {
    event.preventDefault();
    fact.querySelector(".correct").open = true;
    fact.querySelector(".correct input:not([type=hidden])").focus();
  }
});

const first = document.querySelector(".fact a[data-page]");
if (first) turn(first.dataset.page, first.dataset.boxes);
else turn(shown);
showSigning();
