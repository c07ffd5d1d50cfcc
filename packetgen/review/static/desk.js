// The pages of a workspace: find a case in the list, and show only the fields that fit what is logged.
"use strict";
const filter = document.getElementById("filter");
const logging = document.getElementById("logging");

function narrow() {
  const wanted = filter.elements.text.value.toLowerCase().split(/\s+/).filter(Boolean);
  const state = filter.elements.state.value;
  const rows = [...document.querySelectorAll("tbody tr")];
  for (const row of rows) {
    const text = row.textContent.toLowerCase();
    row.hidden = (state !== "" && row.dataset.state !== state) || !wanted.every((word) => text.includes(word));
  }
  const shown = rows.filter((row) => !row.hidden).length;
  document.getElementById("count").textContent = shown === rows.length ? `${shown} cases` : `${shown} of ${rows.length} cases`;
  document.getElementById("none").hidden = shown > 0;
}

if (filter) {
  filter.addEventListener("input", narrow);
  filter.addEventListener("submit", (event) => event.preventDefault());
}

function fit() {
  const fitting = JSON.parse(logging.dataset.fitting)[logging.elements.kind.value] || [];
  for (const field of logging.querySelectorAll("[data-field]")) field.hidden = !fitting.includes(field.dataset.field);
}

if (logging) {
  logging.elements.kind.addEventListener("change", fit);
  fit();
}
