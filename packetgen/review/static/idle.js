// A page of a patient does not stay on a screen that nobody uses: after the time of a session it goes away.
"use strict";
const limit = Number(document.body.dataset.idle) * 1000;
let used = Date.now();
for (const kind of ["pointerdown", "keydown", "wheel"]) addEventListener(kind, () => (used = Date.now()), { passive: true });
setInterval(() => {
  if (Date.now() - used < limit) return;
  document.body.replaceChildren();
  location.replace("/");
}, 5000);
