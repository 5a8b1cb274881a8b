// Tells of the number under the pointer, or with the focus, what the list of runs says of it.
"use strict";
(() => {
  const tip = document.getElementById("tip");
  const spots = "td[data-tip], td:has(> a.behind), svg a.behind";
  const words = (cell) => cell.textContent.trim();

  function lines(spot) {
    if (spot.dataset.tip) return [spot.dataset.tip];
    const link = spot.matches("a") ? spot : spot.querySelector("a.behind");
    const row = document.getElementById(link.getAttribute("href").slice(1));
    const [name, task, metric, sparsity, n, mean, std, , , gap] = [...row.cells].map(words);
    const heads = row.closest("table").rows[0].cells;
    const runs = [...row.querySelectorAll("li > span:first-child")].map(words);
    return [
      `${name} on ${task} at ${sparsity}`,
      `${metric} ${mean}${std && ` ± ${std}`}, n = ${n}`,
      ...(gap ? [`${words(heads[9]).toLowerCase()}: ${gap}`] : []),
      ...runs,
    ];
  }

  function show(event) {
    const spot = event.target.closest?.(spots);
    tip.hidden = !spot;
    if (!spot) return;
    const [first, ...others] = lines(spot).map((text) => Object.assign(document.createElement("div"), { textContent: text }));
    first.className = "first";
    tip.replaceChildren(first, ...others);
    const box = spot.getBoundingClientRect(), own = tip.getBoundingClientRect();
    const below = box.bottom + 6 + own.height <= innerHeight;
    tip.style.left = `${Math.max(4, Math.min(box.left, innerWidth - own.width - 4))}px`;
    tip.style.top = `${below ? box.bottom + 6 : Math.max(4, box.top - own.height - 6)}px`;
  }

  const hide = () => { tip.hidden = true; };
  document.addEventListener("pointerover", show);
  document.addEventListener("focusin", show);
  document.addEventListener("focusout", hide);
  document.addEventListener("scroll", hide, true);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
})();
