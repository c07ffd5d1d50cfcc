// A page of a patient does not stay on a screen that nobody uses: after the time of a session it goes away.
"use strict";
const limit = Number(document.body.dataset.idle) * 1000;
let used = Date.now();
for (const kind of ["pointerdown", "keydown", "wheel"]) addEventListener(kind, () => (used = Date.now()), { passive: true });
const watch = setInterval(async () => {
  if (Date.now() - used < limit) return;
  clearInterval(watch);
  const body = new URLSearchParams({ csrf: document.body.dataset.csrf });
  document.body.replaceChildren();
  await fetch("/logout", { method: "POST", body }).catch(() => null);
  location.replace("/");
}, 5000);
// what a browser keeps to go back to is asked for anew
addEventListener("pageshow", (event) => event.persisted && location.reload());
