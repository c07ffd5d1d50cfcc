// A click on a citation, or the arrow keys, turn the page on the right. j and k walk through the criteria.
"use strict";
const picture = document.getElementById("picture");
const number = document.getElementById("number");
const last = Number(picture.dataset.last);

function turn(page) {
  const to = Math.min(Math.max(page, 1), last);
  picture.src = `/pages/${to}.png`;
  picture.alt = `Page ${to} of the packet`;
  number.textContent = to;
}

document.querySelectorAll("a[data-page]").forEach((link) =>
  link.addEventListener("click", (event) => {
    event.preventDefault();
    turn(Number(link.dataset.page));
  })
);
document.getElementById("before").addEventListener("click", () => turn(Number(number.textContent) - 1));
document.getElementById("after").addEventListener("click", () => turn(Number(number.textContent) + 1));

const criteria = [...document.querySelectorAll(".criterion")];
document.addEventListener("keydown", (event) => {
  if (event.target.matches("input") || event.ctrlKey || event.metaKey || event.altKey) return;
  const now = criteria.indexOf(document.activeElement);
  if (event.key === "ArrowRight") turn(Number(number.textContent) + 1);
  else if (event.key === "ArrowLeft") turn(Number(number.textContent) - 1);
  else if (event.key === "j" || event.key === "k") {
    const next = criteria[Math.min(Math.max(now + (event.key === "j" ? 1 : -1), 0), criteria.length - 1)];
    next.focus();
    next.querySelector("a[data-page]")?.click();
  }
});
