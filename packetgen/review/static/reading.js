// While the chart is read: how far it is, and then the page itself.
"use strict";
const bar = document.getElementById("bar");
async function look() {
  const answer = await fetch("here.json").catch(() => null);
  if (!answer?.ok) return location.reload();
  const told = await answer.json();
  if (told.read) return location.reload();
  const [done, of] = told.done;
  if (of) {
    bar.max = of;
    bar.value = done;
    document.getElementById("reading").textContent = `${done} of ${of} scanned pages are read. This page goes on by itself.`;
  }
  setTimeout(look, 300);
}
look();
