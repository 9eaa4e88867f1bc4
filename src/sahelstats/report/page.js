// A page that was sent alone has no files beside it: its links then lead to what it holds itself.
"use strict";
(() => {
  const inPlace = /\/reports\/[^/]*$/.test(location.pathname);
  const asPng = (img) => {
    const canvas = document.createElement("canvas");
    const scale = 2000 / img.naturalWidth;
    canvas.width = 2000;
    canvas.height = Math.round(img.naturalHeight * scale);
    canvas.getContext("2d").drawImage(img, 0, 0, canvas.width, canvas.height);
    return canvas.toDataURL("image/png");
  };
  if (!inPlace) {
    for (const figure of document.querySelectorAll("figure")) {
      const img = figure.querySelector("img");
      for (const link of figure.querySelectorAll("a[data-kind]")) {
        if (link.dataset.kind === "SVG") link.href = img.src;
        if (link.dataset.kind === "PNG") link.addEventListener("click", () => { link.href = asPng(img); });
      }
    }
  }
  // On a small screen a figure fits the width; whoever wants to read it closely can enlarge it.
  for (const sheet of document.querySelectorAll("figure .sheet")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "enlarge";
    const name = sheet.parentElement.querySelector("b").textContent.replace(".", "");
    const set = (large) => {
      sheet.classList.toggle("large", large);
      sheet.toggleAttribute("tabindex", large);
      if (large) sheet.tabIndex = 0;
      button.textContent = large ? "Fit" : "Enlarge";
      button.setAttribute("aria-label", `${button.textContent} ${name}`);
    };
    set(false);
    button.addEventListener("click", () => set(!sheet.classList.contains("large")));
    sheet.parentElement.querySelector(".files").append(button);
  }
  // A note that is in the way goes with Escape, and comes back when the pointer or focus does.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const term of document.querySelectorAll(".term:hover, .term:focus-within")) term.classList.add("dismissed");
  });
  for (const name of ["mouseout", "focusout"]) {
    document.addEventListener(name, (event) => {
      const term = event.target.closest && event.target.closest(".term");
      if (term && !term.contains(event.relatedTarget)) term.classList.remove("dismissed");
    });
  }
})();
