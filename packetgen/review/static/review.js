// A view of the case: a click on a citation shows the page with its words marked; a word of the page can become
// evidence; forms are sent without leaving the view.
"use strict";
const byId = (id) => document.getElementById(id);
const sheet = byId("sheet");
const sizes = JSON.parse(sheet.dataset.pages);
const names = Object.keys(sizes);
const ofPacket = (name) => name.startsWith("packet-");
let shown = sheet.dataset.start || names[0];

function rectangle(attributes) {
  const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  Object.entries(attributes).forEach(([key, value]) => rect.setAttribute(key, value));
  return rect;
}

function turn(name, boxes) {
  if (!(name in sizes)) return;
  if (name !== shown) { words = []; ends = []; }
  shown = name;
  const number = name.split("-")[1];
  const [width, height] = sizes[name];
  byId("picture").src = `pages/${name}.png`;
  byId("picture").alt = ofPacket(name) ? `Page ${number} of the packet` : `Page ${name} of the chart`;
  byId("where").textContent = ofPacket(name) ? `Packet, page ${number} of ${names.filter(ofPacket).length}` : `Ex. ${name}`;
  byId("mark").hidden = ofPacket(name);
  const marks = byId("marks");
  marks.setAttribute("viewBox", `0 0 ${width} ${height}`);
  marks.replaceChildren(...(boxes || "").split(";").filter(Boolean).map((box) => {
    const [x, y, width, height] = box.split(",");
    return rectangle({ x, y, width, height });
  }));
  if (adding()) toggleAdding(!ofPacket(name));
  else marks.firstChild?.scrollIntoView({ block: "center" });
}

// Evidence: each word of the page can be clicked, and the words from the first to the last that were are marked.
let words = [];
let ends = [];
const adding = () => !byId("add").hidden;

async function showWords() {
  const page = shown;
  if (ofPacket(page) || document.querySelector(".word")) return;
  const answer = await fetch(`pages/${page}.json`);
  if (!answer.ok) return tell(await answer.text());
  const found = await answer.json();
  if (page !== shown) return;
  words = found;
  byId("marks").append(...words.map(([x, y, width, height], i) =>
    rectangle({ x, y, width, height, class: "word", "data-word": i })));
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

async function toggleAdding(on, kind) {
  byId("add").hidden = !on;
  byId("mark").setAttribute("aria-pressed", on);
  if (kind) { byId("kind").value = kind; showFields(); }
  if (on) return showWords();
  ends = [];
  document.querySelectorAll(".word.chosen").forEach((rect) => rect.classList.remove("chosen"));
}

function showFields() {
  byId("add").querySelectorAll("fieldset").forEach((part) => (part.hidden = part.dataset.kind !== byId("kind").value));
}

const letters = (text) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");

async function find(text) {
  if (!words.length) await showWords();
  const wanted = text.split(/\s+/).map(letters).filter(Boolean);
  if (!wanted.length) return;
  const at = words.findIndex((_, i) => wanted.every((part, j) => words[i + j] && letters(words[i + j][4]).startsWith(part)));
  ends = at < 0 ? [] : [at, at + wanted.length - 1];
  showChosen();
}

function step(by) {
  const alike = names.filter((name) => ofPacket(name) === ofPacket(shown));
  turn(alike[Math.min(Math.max(alike.indexOf(shown) + by, 0), alike.length - 1)]);
}

let asked = 0;

async function showState() {
  const mine = ++asked;
  byId("state").textContent = "Building the packet …";
  byId("state").className = "state";
  const answer = await fetch("state.json");
  if (!answer.ok) return tell(await answer.text());
  const told = await answer.json();
  if (mine !== asked) return; // a later decision asked again
  byId("state").textContent = (told.void ? "Sign-off void. " : "") + told.text;
  byId("state").className = `state ${told.kind}`;
  if (byId("waiting")) await refresh();
}

function tell(text) { byId("told").textContent = text; }

async function refresh() {
  const answer = await fetch(location.pathname);
  const text = await answer.text();
  if (!answer.ok) return tell(text);
  const fresh = new DOMParser().parseFromString(text, "text/html");
  if (!fresh.getElementById("facts")) return location.reload();
  const at = byId("facts").scrollTop;
  byId("facts").replaceChildren(...fresh.getElementById("facts").childNodes);
  byId("facts").dataset.expected = fresh.getElementById("facts").dataset.expected;
  byId("add").replaceChildren(...fresh.getElementById("add").childNodes);
  byId("progress").textContent = fresh.getElementById("progress").textContent;
  byId("facts").scrollTop = at;
  const pages = fresh.getElementById("sheet").dataset;
  Object.assign(sizes, JSON.parse(pages.pages));
  if (names.length !== Object.keys(sizes).length) location.reload();
}

// One form after the other: what this person did just now is not what someone else did.
let posting = Promise.resolve();
let waiting = 0;

async function post(form) {
  const body = new URLSearchParams(new FormData(form));
  if (!body.get("name")) body.set("name", byId("person").value);
  body.set("expected", byId("facts").dataset.expected);
  const action = form.getAttribute("action");
  const answer = await fetch(action, { method: "POST", body, redirect: "manual" });
  const done = answer.ok || answer.type === "opaqueredirect";
  if (done && action !== "build") byId("facts").dataset.expected = Number(byId("facts").dataset.expected) + 1;
  return done ? "" : answer.text();
}

async function send(form) {
  const fact = form.closest("[data-fact]")?.dataset.fact;
  waiting += 1;
  posting = posting.then(() => post(form)).catch(() => "The server does not answer. Is packetgen still running?");
  const refused = await posting;
  waiting -= 1;
  if (refused) return tell(refused);
  tell("");
  byId("state").textContent = "Building the packet …";
  byId("state").className = "state";
  byId("others").textContent = "";
  if (form === byId("add")) toggleAdding(false);
  await refresh();
  const listed = facts();
  (listed.find((row) => row.dataset.fact === fact) || (fact ? listed[0] : byId("facts")))?.focus({ preventScroll: true });
  await showState();
  if (byId("signing")) await refresh();
}

// The name under decisions goes along from view to view, for this window only.
const person = byId("person");
person.value ||= sessionStorage.getItem("person") || "";
addEventListener("pagehide", () => sessionStorage.setItem("person", person.value));

const facts = () => [...document.querySelectorAll(".fact")];

function next() {
  const listed = facts();
  const open = listed.filter((row) => !row.classList.contains("decided"));
  const from = listed.indexOf(document.activeElement.closest(".fact"));
  const row = open.find((other) => listed.indexOf(other) > from) || open[0];
  row?.focus();
  row?.querySelector("a[data-page]")?.click();
}

// Others with the same case open: who they are, and that they decided something.
async function lookAround() {
  const answer = await fetch("here.json").catch(() => null);
  if (!answer?.ok || waiting) return;
  const told = await answer.json();
  const here = told.others.length ? `Also here: ${told.others.join(", ")}. ` : "";
  const newer = told.expected > Number(byId("facts").dataset.expected);
  const text = here + (newer ? `${told.by} decided something since this page was shown. ` : "");
  if (byId("others").dataset.text === text) return;
  byId("others").dataset.text = text;
  byId("others").textContent = text;
  if (newer) {
    const button = document.createElement("button");
    button.className = "plain small";
    button.textContent = "Show it";
    button.addEventListener("click", async () => { await refresh(); lookAround(); showState(); });
    byId("others").append(button);
  }
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-prove]")) return toggleAdding(true, event.target.closest("[data-prove]").dataset.prove);
  if (event.target.id === "close") return toggleAdding(false);
  const link = event.target.closest("a[data-page]") ||
    (event.target.closest("button, summary, input, label, a, textarea") ? null : event.target.closest(".fact")?.querySelector("a[data-page]"));
  if (!link) return;
  event.preventDefault();
  turn(link.dataset.page, link.dataset.boxes);
});
document.addEventListener("submit", (event) => {
  if (!event.target.matches("form.act")) return;
  event.preventDefault();
  send(event.target);
});
document.addEventListener("change", (event) => { if (event.target.id === "kind") showFields(); });
document.addEventListener("input", (event) => { if (event.target.id === "find") find(event.target.value); });
byId("marks").addEventListener("click", (event) => {
  if (!event.target.matches(".word") || byId("mark").parentElement.hidden) return;
  ends = [...(ends.length > 1 ? [] : ends), Number(event.target.dataset.word)];
  toggleAdding(true);
  showChosen();
});
sheet.addEventListener("pointerover", showWords);
byId("mark").addEventListener("click", () => toggleAdding(!adding()));
byId("before").addEventListener("click", () => step(-1));
byId("after").addEventListener("click", () => step(1));
document.addEventListener("keydown", (event) => {
  if (event.target.matches("input, select, textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
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

const first = sheet.dataset.start ? null : document.querySelector("#facts a[data-page]");
if (first) turn(first.dataset.page, first.dataset.boxes);
else turn(shown);
showState();
lookAround();
setInterval(lookAround, 5000);
