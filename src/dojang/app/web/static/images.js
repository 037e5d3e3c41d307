"use strict";
// Keys for the grid and for one image, explanations on demand, labels that are fixed in place.
(() => {
  const { words, say } = window.dojang;
  const typing = (event) => event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
  const follow = (rel) => { const link = document.querySelector(`a[rel=${rel}]`); if (link) location.assign(link.href); };

  const grid = document.querySelector("[data-grid]");
  if (grid) {
    const links = [...grid.querySelectorAll("a")];
    const columns = () => { const top = links[0].offsetTop; return Math.max(1, links.filter((a) => a.offsetTop === top).length); };
    document.addEventListener("keydown", (event) => {
      if (typing(event)) return;
      if (event.key === "n") follow("next");
      if (event.key === "p") follow("prev");
      const moves = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns(), ArrowUp: -columns() };
      if (!(event.key in moves)) return;
      const at = links.indexOf(document.activeElement);
      const next = at < 0 ? 0 : at + moves[event.key];
      if (links[next]) { event.preventDefault(); links[next].focus(); }
    });
    if (document.querySelector("[data-unjudged]")) setTimeout(() => location.reload(), 1200);
    return;
  }

  const photo = document.getElementById("photo");
  if (!photo) return;
  const plain = photo.src;
  const why = document.querySelector("[data-why]");
  const button = why.querySelector("[data-explain]");
  const label = why.querySelector("[data-why-class]");
  const said = why.querySelector("[data-why-said]");
  let asked = null;
  button.hidden = false;
  const back = () => {
    if (asked) asked.abort();
    asked = null;
    photo.src = plain;
    button.setAttribute("aria-pressed", "false");
    label.hidden = true;
    said.textContent = "";
  };
  const explain = async () => {
    if (asked) asked.abort();
    asked = new AbortController();
    button.setAttribute("aria-pressed", "true");
    said.textContent = words.why_wait;
    const target = label.querySelector("select").value;
    try {
      const address = `${why.dataset.why}?class=${target}`;
      const answer = await fetch(address, { signal: asked.signal });
      if (answer.ok && answer.status === 200) {
        await answer.blob();
        photo.src = address;
        label.hidden = false;
        said.textContent = "";
      } else {
        const told = answer.headers.get("content-type") || "";
        said.textContent = told.includes("json") ? (await answer.json()).error : words.why_failed;
        button.setAttribute("aria-pressed", "false");
      }
    } catch (error) {
      if (error.name !== "AbortError") { said.textContent = words.why_failed; button.setAttribute("aria-pressed", "false"); }
    }
  };
  button.addEventListener("click", () => (button.getAttribute("aria-pressed") === "true" ? back() : explain()));
  label.querySelector("select").addEventListener("change", explain);
  addEventListener("pagehide", () => { if (asked) asked.abort(); });

  const post = async (form, done) => {
    const body = new URLSearchParams(new FormData(form));
    try {
      const answer = await fetch(form.getAttribute("action"), { method: "POST", body, headers: { accept: "application/json" } });
      const tree = await answer.json();
      if (!answer.ok) throw new Error(tree.error || "");
      done(tree);
    } catch (error) { say(`${words.failed}. ${error.message}`); fixed.textContent = `${words.failed}. ${error.message}`; }
  };
  const fix = document.querySelector("[data-fix]");
  const undo = document.querySelector("[data-undo]");
  const fixed = document.querySelector("[data-fixed]");
  if (fix) {
    fix.addEventListener("submit", (event) => {
      event.preventDefault();
      post(fix, (tree) => {
        fixed.textContent = tree.text;
        fixed.classList.toggle("is", Boolean(tree.action || tree.new_label));
        undo.hidden = false;
        say(words.saved);
      });
    });
    undo.addEventListener("submit", (event) => {
      event.preventDefault();
      post(undo, () => { say(words.undone); location.reload(); });
    });
  }
  document.addEventListener("keydown", (event) => {
    if (typing(event)) return;
    if (event.key === "ArrowRight") follow("next");
    if (event.key === "ArrowLeft") follow("prev");
    if (event.key === "x") button.click();
    if (event.key === "f" && fix) { event.preventDefault(); fix.querySelector("select").focus(); }
    if (event.key === "u" && undo && !undo.hidden) undo.requestSubmit();
  });
})();
