"use strict";
(() => {
  const root = document.documentElement;

  // Colours: as the system has them, light, or dark.
  const themes = ["auto", "light", "dark"];
  const button = document.querySelector(".theme");
  const store = (value) => {
    try { return value ? localStorage.setItem("dojang-theme", value) : localStorage.getItem("dojang-theme"); }
    catch { return null; }  // a page opened from a file may have no storage
  };
  const paint = (theme) => {
    root.dataset.theme = theme;
    if (button) button.textContent = button.dataset[theme];
  };
  if (button) {
    paint(themes.includes(store()) ? store() : "auto");
    button.hidden = false;
    button.addEventListener("click", () => {
      const next = themes[(themes.indexOf(root.dataset.theme) + 1) % themes.length];
      store(next);
      paint(next);
    });
  }

  // What is folded opens for a link into it, and on paper.
  const unfold = (node) => {
    for (let n = node; n; n = n.parentElement) if (n.localName === "details") n.open = true;
  };
  const follow = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    unfold(target);
    const fold = target.querySelector(":scope > details");
    if (fold) fold.open = true;
    target.scrollIntoView();
  };
  addEventListener("hashchange", follow);
  follow();
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details:not([open])")];
    for (const fold of folded) fold.open = true;
  });
  addEventListener("afterprint", () => { for (const fold of folded) fold.open = false; });

  const make = (tag, name, text) => {
    const node = document.createElement(tag);
    if (name) node.className = name;
    if (text !== undefined) node.textContent = text;
    return node;
  };

  // A word of the glossary says what it means where it stands.
  const tip = make("div", "tip word-tip");
  tip.setAttribute("aria-hidden", "true");  // the link itself leads to the same text
  tip.hidden = true;
  document.body.append(tip);
  const explain = (link) => {
    const entry = document.getElementById(link.hash.slice(1));
    const text = entry && entry.querySelector(".says");
    if (!text) return;
    tip.textContent = text.textContent;
    tip.hidden = false;
    const at = link.getBoundingClientRect();
    const left = Math.min(Math.max(8, at.left), innerWidth - tip.offsetWidth - 8);
    const above = at.top > tip.offsetHeight + 12;
    tip.style.left = `${left + scrollX}px`;
    tip.style.top = `${scrollY + (above ? at.top - tip.offsetHeight - 8 : at.bottom + 8)}px`;
  };
  const hush = () => { tip.hidden = true; };
  for (const link of document.querySelectorAll("a.word")) {
    link.addEventListener("pointerenter", () => explain(link));
    link.addEventListener("focus", () => explain(link));
    link.addEventListener("pointerleave", hush);
    link.addEventListener("blur", hush);
  }
  addEventListener("keydown", (event) => { if (event.key === "Escape") hush(); });

  // A chart answers the pointer, the finger and the arrow keys: all its lines at one place.
  const chart = (box) => {
    const lines = JSON.parse(box.dataset.points);
    const svg = box.querySelector("svg");
    if (!lines.length || !svg) return;
    const places = [...new Map(lines.flatMap((line) => line.points.map((p) => [p[0], p[2]])))]
      .sort((a, b) => a[0] - b[0]);
    const size = svg.viewBox.baseVal;
    const rule = document.createElementNS(svg.namespaceURI, "line");
    rule.setAttribute("class", "rule");
    rule.setAttribute("y1", "0");
    rule.setAttribute("y2", String(size.height - 24));
    const dots = lines.map((line) => {
      const dot = document.createElementNS(svg.namespaceURI, "circle");
      dot.setAttribute("class", `spot ${line.kind}`);
      dot.setAttribute("r", "4.5");
      return dot;
    });
    const tip = make("div", "tip");
    tip.setAttribute("aria-hidden", "true");
    let at = -1;
    const clear = () => {
      rule.remove();
      for (const dot of dots) dot.remove();
      tip.remove();
    };
    const show = (index) => {
      at = index;
      const [x, where] = places[at];
      const said = [];
      tip.replaceChildren(make("b", "", where));
      rule.setAttribute("x1", String(x));
      rule.setAttribute("x2", String(x));
      svg.append(rule);
      lines.forEach((line, i) => {
        const point = line.points.find((p) => p[0] === x);
        if (!point) return dots[i].remove();
        dots[i].setAttribute("cx", String(x));
        dots[i].setAttribute("cy", String(point[1]));
        svg.append(dots[i]);
        const row = make("span", `row ${line.kind}`);
        row.append(make("i"), make("span", "", line.name), make("em", "", point[3]));
        tip.append(row);
        said.push(`${line.name} ${point[3]}`);
      });
      box.append(tip);
      const scale = svg.clientWidth / size.width;
      const right = x * scale > svg.clientWidth / 2;
      tip.style.left = `${Math.max(0, right ? x * scale - tip.offsetWidth - 12 : x * scale + 12)}px`;
      box.setAttribute("aria-valuenow", String(at + 1));
      box.setAttribute("aria-valuetext", `${where}: ${said.join(", ")}`);
    };
    const nearest = (event) => {
      const frame = svg.getBoundingClientRect();
      const x = (event.clientX - frame.left) * size.width / frame.width;
      let best = 0;
      places.forEach((place, i) => {
        if (Math.abs(place[0] - x) < Math.abs(places[best][0] - x)) best = i;
      });
      show(best);
    };
    box.setAttribute("role", "slider");
    box.setAttribute("tabindex", "0");
    box.setAttribute("aria-valuemin", "1");
    box.setAttribute("aria-valuemax", String(places.length));
    box.setAttribute("aria-valuenow", String(places.length));
    box.addEventListener("pointermove", nearest);
    box.addEventListener("pointerdown", nearest);
    box.addEventListener("pointerleave", () => { if (document.activeElement !== box) clear(); });
    box.addEventListener("focus", () => { if (box.matches(":focus-visible")) show(at < 0 ? places.length - 1 : at); });
    box.addEventListener("blur", clear);
    box.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10,
        Home: -places.length, End: places.length }[event.key];
      if (event.key === "Escape") return clear();
      if (step === undefined) return;
      event.preventDefault();
      show(Math.min(places.length - 1, Math.max(0, (at < 0 ? places.length - 1 : at) + step)));
    });
  };
  for (const box of document.querySelectorAll(".chart[data-points]")) chart(box);
})();
