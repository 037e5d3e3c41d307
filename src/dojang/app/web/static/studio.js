"use strict";
// What every page has: forms that act at once, commands to copy, a table of runs that stays fresh.
(() => {
  document.documentElement.classList.add("js");
  const words = JSON.parse(document.getElementById("spoken").textContent);
  const say = (text) => { document.getElementById("said").textContent = text; };

  for (const button of document.querySelectorAll("[data-copy]")) {
    if (!navigator.clipboard) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
      const before = button.textContent;
      try { await navigator.clipboard.writeText(button.dataset.copy); button.textContent = "✓"; }
      catch { button.textContent = "✗"; }
      setTimeout(() => { button.textContent = before; }, 1200);
    });
  }

  // A filter acts when it is changed, a search when one stops typing; empty fields stay out of the
  // address.
  for (const form of document.querySelectorAll("form[data-instant]")) {
    const go = () => {
      const query = new URLSearchParams();
      for (const [key, value] of new FormData(form)) {
        if (value !== "" && !(key === "low" && value === "0") && !(key === "high" && value === "100")) query.append(key, value);
      }
      location.assign(`${form.getAttribute("action")}?${query}`);
    };
    form.addEventListener("change", (event) => { if (event.target.type !== "search") go(); });
    form.addEventListener("submit", (event) => { event.preventDefault(); go(); });
    const search = form.querySelector("[data-search]");
    let waiting = 0;
    if (search) search.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(() => { sessionStorage.setItem("search", form.getAttribute("action")); go(); }, 500); });
    if (search && sessionStorage.getItem("search") === form.getAttribute("action")) {
      sessionStorage.removeItem("search");
      search.focus();
      search.setSelectionRange(search.value.length, search.value.length);
    }
  }
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
    const search = document.querySelector("[data-search]");
    if (search) { event.preventDefault(); search.focus(); }
  });

  const advice = () => {
    const box = document.getElementById("advice");
    if (!box || !box.dataset.pending) return;
    const look = async () => {
      try {
        const answer = await fetch(box.dataset.pending);
        if (answer.status === 202) { setTimeout(look, 400); return; }
        if (!answer.ok) return;
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        box.replaceWith(document.adoptNode(page.getElementById("advice")));
      } catch { setTimeout(look, 3000); }
    };
    setTimeout(look, 150);
  };
  advice();

  const table = document.getElementById("runs");
  if (table) {
    const button = document.querySelector("[data-compare-button]");
    const note = document.querySelector("[data-picked]");
    const hint = note.textContent;
    const picked = () => [...table.querySelectorAll("input[name=run]:checked")].map((box) => box.value);
    const count = () => {
      const n = picked().length;
      button.disabled = n === 0;
      note.textContent = n ? String(n) : hint;
    };
    table.addEventListener("change", count);
    count();
    const offline = document.getElementById("offline");
    const fresh = async () => {
      if (!document.hidden) {
        try {
          const answer = await fetch(location.href);
          if (!answer.ok) throw new Error(String(answer.status));
          const page = new DOMParser().parseFromString(await answer.text(), "text/html");
          const news = page.getElementById("runs");
          const inside = table.contains(document.activeElement) ? document.activeElement : null;
          if (news && news.innerHTML !== table.dataset.last) {
            const ticked = new Set(picked());
            const link = inside && (inside.value || inside.getAttribute("href"));
            table.dataset.last = news.innerHTML;
            table.replaceChildren(...news.childNodes);
            for (const box of table.querySelectorAll("input[name=run]")) box.checked = ticked.has(box.value);
            if (link) { const back = [...table.querySelectorAll("a, input")].find((n) => n.value === link || n.getAttribute("href") === link); if (back) back.focus(); }
            count();
          }
          offline.hidden = true;
        } catch { offline.textContent = words.offline; offline.hidden = false; }
      }
      setTimeout(fresh, 3000);
    };
    setTimeout(fresh, 3000);
  }
  window.dojang.words = words;
  window.dojang.say = say;
})();
