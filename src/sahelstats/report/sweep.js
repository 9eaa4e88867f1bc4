"use strict";
// Leads from the values that a reader chooses to the run that has them. What comes from data is set
// as text, never as markup.
const { runs, axes } = JSON.parse(document.getElementById("runs").textContent);
const selects = axes.map((axis, index) => document.getElementById("axis" + index));
const place = document.getElementById("chosen");

function element(name, text) {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  return made;
}

function show() {
  const wanted = Object.fromEntries(axes.map((axis, index) => [axis, selects[index].value]));
  const standard = "the notebook's default";
  const run = runs.find((one) => axes.every((axis) => (one.chosen[axis] ?? standard) === wanted[axis]));
  place.replaceChildren();
  if (!run) {
    place.append(element("p", "This combination is not part of the sweep."));
  } else if (run.state === "failed") {
    place.append(element("p", "This run failed:"), element("pre", run.error));
  } else {
    const lead = element("p");
    const link = element("a", "Report of this variant");
    link.href = run.page;
    lead.append(link);
    const answer = element("ul");
    answer.append(...run.answer.map((line) => element("li", line)));
    place.append(lead, answer);
    if (run.figure) {
      const picture = element("img");
      picture.src = run.figure;
      picture.alt = run.alt;
      place.append(picture);
    }
  }
  history.replaceState(null, "", "#" + new URLSearchParams(wanted));
}

const asked = new URLSearchParams(location.hash.slice(1));
selects.forEach((select, index) => {
  const value = asked.get(axes[index]);
  if ([...select.options].some((option) => option.value === value)) select.value = value;
  select.addEventListener("change", show);
});
const form = document.getElementById("choice");
form.hidden = false;
form.addEventListener("submit", (event) => event.preventDefault());
show();
