"use strict";
// Filters of the gallery. Without this script the gallery is a plain list.
(() => {
  const form = document.getElementById("filters");
  if (!form) return;
  const items = [...document.querySelectorAll(".item")];
  const count = document.getElementById("count");
  const best = form.querySelector("fieldset").dataset.best;

  function show() {
    const { task, variant, verdict } = form.elements;
    if (verdict.value && !variant.value) variant.value = best;
    let shown = 0;
    for (const item of items) {
      const whose = verdict.value ? item.dataset[verdict.value].split(" ") : null;
      item.hidden = (task.value && item.dataset.task !== task.value) || (whose && !whose.includes(variant.value));
      if (!item.hidden) shown += 1;
      for (const part of item.querySelectorAll("[data-variants]")) {
        const own = part.dataset.variants.split(" ");
        part.classList.toggle("off", Boolean(variant.value) && !own.includes(variant.value));
      }
    }
    count.textContent = `${shown} of ${items.length} examples`;
  }

  form.hidden = false;
  form.elements.task.value = items[0].dataset.task;
  form.addEventListener("input", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  show();
})();
