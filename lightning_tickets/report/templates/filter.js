// Shows what is of the chosen tasks and scales; where nothing is chosen, everything.
(() => {
  const form = document.getElementById("filters");
  const sections = [...document.querySelectorAll("main > section")];
  const chosen = (name) =>
    new Set([...form.elements].filter((box) => box.name === name && box.checked).map((box) => box.value));
  const allows = (wanted, values) => wanted.size === 0 || values.some((value) => wanted.has(value));

  function narrow(table, tasks) {
    const heads = [...table.rows[0].cells];
    const kept = heads.map((head) => head.dataset.task === undefined || allows(tasks, [head.dataset.task]));
    for (const row of table.rows) {
      row.hidden = row.dataset.task !== undefined && !allows(tasks, [row.dataset.task]);
      if (row.cells.length === heads.length) kept.forEach((keep, at) => { row.cells[at].hidden = !keep; });
      else row.cells[0].colSpan = kept.filter(Boolean).length;
    }
  }

  function filter() {
    const tasks = chosen("task"), scales = chosen("scale");
    for (const section of sections) {
      const { tasks: own, scale } = section.dataset;
      section.hidden = !(allows(tasks, JSON.parse(own)) && allows(scales, [scale]));
      section.querySelectorAll("table").forEach((table) => narrow(table, tasks));
      section.querySelectorAll(".panel").forEach((one) => one.toggleAttribute("hidden", !allows(tasks, [one.dataset.task])));
      document.getElementById(`to/${section.id}`).hidden = section.hidden;
    }
    for (const item of document.querySelectorAll("nav li")) item.hidden = !item.querySelector("a[id]:not([hidden])");
    const shown = sections.filter((section) => !section.hidden).length;
    document.getElementById("count").textContent = `${shown} of ${sections.length} are shown.`;
  }

  form.addEventListener("change", filter);
  form.addEventListener("reset", () => setTimeout(filter));
  form.hidden = false;
  filter(); // a browser may keep what was chosen over a reload
})();
