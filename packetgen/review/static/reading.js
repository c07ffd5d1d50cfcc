// While the chart is read: how far it is, its pages to look at, and then the case itself.
"use strict";
const byId = (id) => document.getElementById(id);
const SAYS = {
  pages: (done, of) => `Page ${done} of ${of} is opened.`,
  scans: (done, of) => `Scanned page ${done} of ${of} is read.`,
  facts: (done, of) => `Facts are looked for: page ${done} of ${of}.`,
};
let pages = []; // [label, number, path] of all documents that are open so far
let shown = 0;

function turn(to) {
  shown = Math.min(Math.max(to, 0), pages.length - 1);
  const [label, number, path, of] = pages[shown];
  byId("picture").src = `opened/${label}-${number}.png`;
  byId("picture").alt = `${path}, page ${number}`;
  byId("picture").hidden = document.querySelector(".turn").hidden = false;
  byId("where").textContent = `${path}, page ${number} of ${of}`;
}

function list(documents) {
  const before = pages[shown];
  pages = documents.flatMap(({ label, path, pages }) => Array.from({ length: pages }, (_, i) => [label, i + 1, path, pages]));
  byId("documents").replaceChildren(...documents.map(({ label, path, pages: count }) => {
    const row = document.createElement("li");
    const link = document.createElement("a");
    link.href = `opened/${label}-1.png`;
    link.textContent = path;
    link.addEventListener("click", (event) => {
      event.preventDefault();
      turn(pages.findIndex((page) => page[0] === label));
    });
    row.append(link, ` ${count} page${count > 1 ? "s" : ""}`);
    return row;
  }));
  if (before) shown = pages.findIndex((page) => page[0] === before[0] && page[1] === before[1]);
  else turn(0);
}

async function look() {
  const answer = await fetch("reading.json").catch(() => null);
  if (!answer?.ok) return location.reload();
  const told = await answer.json();
  if (told.read) return location.reload();
  if (told.documents.length !== byId("documents").children.length) list(told.documents);
  if (told.done) {
    const [stage, done, of] = told.done;
    byId("bar").max = of;
    byId("bar").value = done;
    byId("reading").textContent = SAYS[stage](done, of);
  }
  setTimeout(look, 300);
}

byId("before").addEventListener("click", () => turn(shown - 1));
byId("after").addEventListener("click", () => turn(shown + 1));
document.addEventListener("keydown", (event) => {
  if (!pages.length || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "ArrowRight") turn(shown + 1);
  else if (event.key === "ArrowLeft") turn(shown - 1);
});
look();
