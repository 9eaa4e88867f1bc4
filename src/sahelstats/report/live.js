// Added by `sahelstats serve`: reloads the page when it was made anew, and shows why it was not.
"use strict";
(() => {
  const bar = document.createElement("aside");
  bar.setAttribute("aria-live", "polite");
  bar.setAttribute("aria-label", "State of the build");
  bar.style.cssText = "position:fixed;left:0;right:0;bottom:0;z-index:9;max-height:60vh;overflow:auto;padding:.6rem 1rem;"
    + "font:14px/1.45 ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace;white-space:pre-wrap;overflow-wrap:anywhere;"
    + "background:#26221a;color:#f6efdf;border-top:3px solid #c9733f";
  const tell = (text) => {
    bar.textContent = text;
    if (text) document.body.append(bar); else bar.remove();
  };
  const { version } = document.currentScript.dataset;
  const events = new EventSource(`/-/events?page=${encodeURIComponent(location.pathname)}`);
  events.onmessage = (event) => {
    const news = JSON.parse(event.data);
    if (news.state === "building") tell("Rebuilding …");
    else if (news.state === "failed") tell(`The build failed. What is shown is as it was before.\n\n${news.message}`);
    else if (news.version !== version) location.reload();
    else tell("");
  };
  events.onerror = () => tell("The server has ended, or cannot be reached.");
})();
