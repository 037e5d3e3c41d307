"use strict";
// Curves of one or several runs, followed while they train.
(() => {
  const QUICK = 700, SLOW = 3000;
  const { Chart, Group, html, clock, number } = window.dojang;
  const words = JSON.parse(document.getElementById("spoken").textContent);
  const place = document.querySelector("[data-live]");
  if (!place) return;
  const find = (name) => place.querySelector(`[data-${name}]`);
  const runs = JSON.parse(find("curves").textContent);
  const group = new Group();
  const view = { axis: "epoch", log: false, smooth: 0 };
  const hidden = new Set();
  const panels = [
    { key: "loss", percent: false, log: true, lines: [["train", "train_loss"], ["valid", "valid_loss"]] },
    { key: "accuracy", percent: true, log: false, lines: [["train", "train_accuracy"], ["valid", "valid_accuracy"]] },
    { key: "lr", percent: false, log: true, lines: [["valid", "lr"]] },
  ];
  for (const panel of panels) {
    panel.chart = new Chart(find("charts"), group, { title: words[panel.key], percent: panel.percent, words });
  }

  const seriesOf = (panel) => {
    const found = [];
    runs.forEach((run, ink) => {
      if (hidden.has(run.id)) return;
      const folds = Object.entries(run.folds || {});
      for (const [fold, columns] of folds) {
        const name = (runs.length > 1 ? run.name : "") + (folds.length > 1 ? ` ${words.fold} ${+fold + 1}` : "");
        for (const [kind, column] of panel.lines) {
          if (panel.key !== "lr" && hidden.has(kind)) continue;
          const label = panel.key === "lr" ? name || words.lr : `${name} ${words[kind]}`.trim();
          const best = kind === "valid" && panel.key !== "lr" && columns.best !== null ? columns.epoch.indexOf(columns.best) : -1;
          found.push({ name: label, ink, kind, x: columns[view.axis], y: columns[column], best });
        }
      }
      const live = run.live;
      if (panel.key === "loss" && live && live.losses && !hidden.has("now") && view.axis !== "seconds") {
        const scale = view.axis === "epoch" ? live.epochs / Math.max(1, live.steps) : 1;
        found.push({ name: `${runs.length > 1 ? run.name : ""} ${words.objective}`.trim(), ink, kind: "now", x: live.losses.step.map((s) => s * scale), y: live.losses.objective });
      }
    });
    return found;
  };

  const draw = () => {
    let any = false;
    for (const panel of panels) {
      const series = seriesOf(panel);
      any = any || series.some((one) => one.x.length);
      panel.chart.set(series, { ...view, log: view.log && panel.log, smooth: panel.key === "lr" ? 0 : view.smooth });
    }
    find("charts").hidden = !any;
    find("empty").hidden = any;
    find("tools").hidden = !any;
    place.dataset.points = String(Math.max(0, ...runs.flatMap((run) => Object.values(run.folds || {}).map((f) => f.epoch.length))));
  };

  const legend = () => {
    const list = find("legend");
    list.replaceChildren();
    const toggle = (key, text, mark) => {
      const button = html("button", "", "", html("li", "", "", list));
      button.type = "button";
      button.setAttribute("aria-pressed", String(!hidden.has(key)));
      button.append(mark);
      html("b", text, "", button);
      button.addEventListener("click", () => {
        if (!hidden.delete(key)) hidden.add(key);
        button.setAttribute("aria-pressed", String(!hidden.has(key)));
        draw();
      });
    };
    if (runs.length > 1) runs.forEach((run, ink) => {
      const mark = html("span", "", "ink");
      mark.dataset.ink = ink;
      toggle(run.id, run.gone ? `${run.name} (${words.gone})` : run.name, mark);
    });
    toggle("train", words.train, html("span", "", "dash train"));
    toggle("valid", words.valid, html("span", "", "dash"));
    if (runs.some((run) => run.live)) toggle("now", words.objective, html("span", "", "dash now"));
  };

  const progress = () => {
    const box = find("progress");
    if (!box) return;
    const live = runs[0] && runs[0].live;
    box.hidden = !live;
    if (!live) return;
    box.querySelector("progress").value = 100 * ((live.fold + (live.share || 0)) / Math.max(1, live.folds));
    const put = (name, text) => { box.querySelector(`[data-p="${name}"]`).textContent = text; };
    const losses = live.losses.objective;
    put("epoch", live.epoch === undefined ? "–" : `${live.epoch + 1} / ${live.epochs}`);
    put("step", live.step === undefined ? "–" : `${live.step.toLocaleString()} / ${live.steps.toLocaleString()}`);
    put("objective", losses.length ? number(losses[losses.length - 1]) : "–");
    put("speed", live.images_per_second ? Math.round(live.images_per_second).toLocaleString() : "–");
    put("left", Number.isFinite(live.left) ? clock(live.left) : "–");
  };

  const offline = document.getElementById("offline");
  const take = (found) => {
    let changed = false, ended = false, names = false;
    for (const news of found) {
      const run = runs.find((one) => one.id === news.id);
      if (!run || run.version === news.version) continue;
      if (news.gone) { if (!run.gone) { run.gone = true; run.live = null; changed = names = true; } continue; }
      ended = ended || (run.status === "running" && news.status !== "running");
      names = names || run.gone || Boolean(run.live) !== Boolean(news.live);
      run.gone = false;
      Object.assign(run, news);
      changed = true;
    }
    if (names) legend();
    if (changed) { draw(); progress(); }
    if (offline && runs.length === 1) {
      offline.hidden = !runs[0].gone;
      offline.textContent = runs[0].gone ? words.gone : words.offline;
    }
    if (ended && runs.length === 1) location.reload();
  };

  const poll = async () => {
    const waiting = runs.filter((run) => run.status !== "finished" && run.status !== "diverged");
    if (!waiting.length) return;
    let next = waiting.some((run) => run.status === "running" && !run.gone) ? QUICK : SLOW;
    if (!document.hidden) {
      const query = new URLSearchParams();
      for (const run of waiting) { query.append("run", run.id); query.append("known", run.version || ""); }
      try {
        const answer = await fetch(`/api/curves?${query}`, { headers: { accept: "application/json" } });
        if (!answer.ok) throw new Error(String(answer.status));
        take((await answer.json()).runs);
        if (offline && runs.length > 1) offline.hidden = true;
      } catch {
        if (offline) { offline.textContent = words.offline; offline.hidden = false; }
        next = 2000;
      }
    }
    setTimeout(poll, next);
  };

  find("axis").addEventListener("change", (event) => { view.axis = event.target.value; draw(); });
  find("log").addEventListener("change", (event) => { view.log = event.target.checked; draw(); });
  find("smooth").addEventListener("input", (event) => {
    view.smooth = event.target.value / 100;
    event.target.nextElementSibling.textContent = view.smooth ? view.smooth.toFixed(2) : "0";
    draw();
  });
  legend();
  draw();
  progress();
  setTimeout(poll, QUICK);
})();
