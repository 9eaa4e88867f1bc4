// Filters and order of the explorer. Everything is in the table already; this hides and moves rows.
"use strict";
(() => {
  const form = document.getElementById("controls");
  const table = document.querySelector("table.incidents");
  const count = document.getElementById("count");
  const none = document.getElementById("none");
  const rows = [...table.tBodies];
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").replace(/[\u2018\u2019]/g, "'").toLowerCase();
  const words = new Map();
  const wordsOf = (row) => {
    if (!words.has(row)) words.set(row, plain(row.textContent));
    return words.get(row);
  };
  const number = (row, name) => (row.dataset[name] === "" ? -1 : Number(row.dataset[name]));
  const latest = (a, b) => (a.dataset.start < b.dataset.start ? 1 : a.dataset.start > b.dataset.start ? -1 : 0);
  const orders = {
    "": latest,
    earliest: (a, b) => -latest(a, b),
    toll: (a, b) => number(b, "best") - number(a, "best") || number(b, "high") - number(a, "high"),
    disagreement: (a, b) => number(b, "disagreement") - number(a, "disagreement") || number(b, "best") - number(a, "best"),
  };
  let order = "";

  const apply = () => {
    const asked = Object.fromEntries(new FormData(form));
    const searched = plain(asked.search).split(/\s+/).filter(Boolean);
    let shown = 0, low = 0, high = 0;
    for (const row of rows) {
      const { country, year, family } = row.dataset;
      const fits = (!asked.country || country === asked.country) && (!asked.family || family === asked.family)
        && (!asked.from || Number(year) >= Number(asked.from)) && (!asked.to || Number(year) <= Number(asked.to))
        && searched.every((word) => wordsOf(row).includes(word));
      row.hidden = !fits;
      if (fits) {
        shown += 1;
        low += Math.max(number(row, "low"), 0);
        high += Math.max(number(row, "high"), 0);
      }
    }
    if (asked.sort !== order) {
      order = asked.sort;
      table.append(...[...rows].sort(orders[order]));
    }
    const people = (n) => n.toLocaleString("en");
    count.textContent = `${people(shown)} of ${people(rows.length)} incidents. Their lows add up to ${people(low)} killed, their highs to `
      + `${people(high)}: an envelope of what was reported, not an interval.`;
    count.hidden = shown === 0;
    none.hidden = shown > 0;
    table.hidden = shown === 0;
    return asked;
  };

  // What was asked stands in the address, so that a view can be kept or sent.
  const remember = (asked) => {
    const kept = new URLSearchParams(Object.entries(asked).filter(([, value]) => value)).toString();
    if (location.hash && !location.hash.startsWith("#?") && !kept) return;
    try {
      history.replaceState(null, "", kept ? `#?${kept}` : location.pathname + location.search);
    } catch { /* a browser may refuse this for a file; nothing depends on it */ }
  };
  const show = () => remember(apply());
  const recall = () => {
    const hash = decodeURIComponent(location.hash.slice(1));
    if (hash.startsWith("?")) {
      for (const [name, value] of new URLSearchParams(hash)) if (form.elements[name]) form.elements[name].value = value;
      apply();
    } else if (rows.some((row) => row.id === hash)) {
      form.reset();
      const row = document.getElementById(hash);
      row.hidden = false;
      row.querySelector("details").open = true;
      row.scrollIntoView();
    }
  };

  let waiting = 0;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(show, 80);
  });
  form.addEventListener("submit", (event) => { event.preventDefault(); show(); });
  form.addEventListener("reset", () => setTimeout(show));
  document.getElementById("all").addEventListener("click", () => { form.reset(); form.elements.search.focus(); });
  window.addEventListener("hashchange", recall);
  form.hidden = false;
  apply();
  recall();
})();
