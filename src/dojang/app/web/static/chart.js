"use strict";
// Charts as SVG: several series over one axis, a cursor that all charts of a group share.
(() => {
  const NS = "http://www.w3.org/2000/svg";
  const HEIGHT = 240, LEFT = 46, RIGHT = 10, TOP = 8, BOTTOM = 24;

  const make = (name, attributes, parent) => {
    const node = document.createElementNS(NS, name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    if (parent) parent.append(node);
    return node;
  };
  const html = (name, text, kind, parent) => {
    const node = document.createElement(name);
    if (text !== "") node.textContent = text;
    if (kind) node.className = kind;
    if (parent) parent.append(node);
    return node;
  };

  const number = (value, percent) => {
    if (value === null || !Number.isFinite(value)) return "–";
    if (percent) return `${(100 * value).toFixed(1)}%`;
    const size = Math.abs(value);
    if (size !== 0 && (size < 0.001 || size >= 1e6)) return value.toExponential(1);
    return size >= 100 ? value.toFixed(0) : value.toPrecision(3);
  };
  const clock = (seconds) => {
    const whole = Math.max(0, Math.round(seconds));
    const h = Math.floor(whole / 3600), m = Math.floor(whole / 60) % 60, s = whole % 60;
    const two = (n) => String(n).padStart(2, "0");
    return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
  };

  const nice = (low, high, count) => {
    const raw = (high - low) / Math.max(1, count);
    if (!(raw > 0)) return [low];
    const power = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= raw * 0.999);
    const ticks = [];
    for (let at = Math.ceil(low / step - 1e-9) * step; at <= high + step * 1e-6; at += step) ticks.push(at);
    return ticks;
  };
  const logTicks = (low, high) => {
    const ticks = [];
    for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power += 1) {
      const factors = high / low > 1000 ? [1] : [1, 2, 5];
      for (const n of factors) if (n * 10 ** power >= low * 0.999 && n * 10 ** power <= high * 1.001) ticks.push(n * 10 ** power);
    }
    return ticks.length ? ticks : [low, high];
  };

  // Exponential smoothing that does not lean on its first value.
  const smoothed = (values, weight) => {
    let sum = 0, norm = 0;
    return values.map((value) => {
      if (value === null || !Number.isFinite(value)) return null;
      sum = weight * sum + (1 - weight) * value;
      norm = weight * norm + (1 - weight);
      return sum / norm;
    });
  };

  class Group {
    constructor() { this.charts = []; }
    cursor(x) { for (const chart of this.charts) chart.showCursor(x); }
  }

  class Chart {
    // options: title, percent, words (for the reader of a screen)
    constructor(parent, group, options) {
      this.options = options;
      this.group = group;
      this.series = [];
      this.view = { log: false, smooth: 0, axis: "epoch" };
      this.box = html("div", "", "chart", parent);
      html("h3", options.title, "", this.box);
      this.svg = make("svg", { tabindex: "0", role: "group", "aria-label": `${options.title}. ${options.words.cursor}` }, this.box);
      this.tip = html("div", "", "tip", this.box);
      this.tip.hidden = true;
      group.charts.push(this);
      new ResizeObserver(() => this.draw()).observe(this.box);
      this.svg.addEventListener("pointermove", (event) => {
        const bounds = this.svg.getBoundingClientRect();
        group.cursor(this.nearest(this.invert(event.clientX - bounds.left)));
      });
      this.svg.addEventListener("pointerleave", () => group.cursor(null));
      this.svg.addEventListener("blur", () => group.cursor(null));
      this.svg.addEventListener("keydown", (event) => this.key(event));
    }

    set(series, view) {
      this.series = series;
      this.view = view;
      this.draw();
    }

    key(event) {
      const known = this.places();
      if (!known.length) return;
      const at = this.at === null || this.at === undefined ? -1 : known.indexOf(this.at);
      const moves = { ArrowRight: Math.min(known.length - 1, at + 1), ArrowLeft: Math.max(0, at < 0 ? known.length - 1 : at - 1), Home: 0, End: known.length - 1 };
      if (event.key === "Escape") { this.group.cursor(null); return; }
      if (!(event.key in moves)) return;
      event.preventDefault();
      this.group.cursor(known[moves[event.key]]);
      const said = document.getElementById("said");
      if (said) said.textContent = `${this.options.title}: ${[...this.tip.children].map((n) => n.textContent).join(", ")}`;
    }

    places() {
      const all = new Set();
      for (const one of this.series) for (const x of one.x) if (x !== null) all.add(x);
      return [...all].sort((a, b) => a - b);
    }

    nearest(x) {
      let best = null;
      for (const one of this.series) for (const at of one.x) {
        if (at !== null && (best === null || Math.abs(at - x) < Math.abs(best - x))) best = at;
      }
      return best;
    }

    domain() {
      let [x0, x1, y0, y1] = [Infinity, -Infinity, Infinity, -Infinity];
      for (const one of this.series) one.x.forEach((x, i) => {
        const y = one.y[i];
        if (x === null || y === null || !Number.isFinite(y) || (this.view.log && y <= 0)) return;
        x0 = Math.min(x0, x); x1 = Math.max(x1, x); y0 = Math.min(y0, y); y1 = Math.max(y1, y);
      });
      if (x0 > x1) return null;
      if (x0 === x1) { x0 -= this.view.axis === "epoch" ? 1 : Math.max(1, x0 * 0.1); x1 += 1; }
      if (this.view.log) { if (y0 === y1) { y0 /= 2; y1 *= 2; } }
      else {
        const pad = (y1 - y0 || Math.abs(y1) || 1) * 0.06;
        y0 = y0 >= 0 ? Math.max(0, y0 - pad) : y0 - pad;
        y1 += pad;
        if (this.options.percent) y1 = Math.min(1, y1);
      }
      return { x0, x1, y0, y1 };
    }

    invert(px) {
      const d = this.d;
      return d ? d.x0 + ((px - LEFT) / Math.max(1, this.width - LEFT - RIGHT)) * (d.x1 - d.x0) : 0;
    }

    draw() {
      this.width = Math.max(200, this.svg.clientWidth);
      this.svg.setAttribute("viewBox", `0 0 ${this.width} ${HEIGHT}`);
      this.svg.replaceChildren();
      this.d = this.domain();
      if (!this.d) return;
      const { x0, x1, y0, y1 } = this.d;
      const log = this.view.log;
      this.px = (x) => LEFT + ((x - x0) / (x1 - x0)) * (this.width - LEFT - RIGHT);
      const share = log ? (y) => Math.log(y / y0) / Math.log(y1 / y0) : (y) => (y - y0) / (y1 - y0);
      this.py = (y) => HEIGHT - BOTTOM - share(y) * (HEIGHT - TOP - BOTTOM);
      for (const y of log ? logTicks(y0, y1) : nice(y0, y1, 6)) {
        const at = this.py(y);
        make("line", { class: "grid-line", x1: LEFT, x2: this.width - RIGHT, y1: at, y2: at }, this.svg);
        const text = this.options.percent ? `${+(100 * y).toFixed(1)}%` : Math.abs(y) < 0.001 && y !== 0 ? y.toExponential(0) : String(+y.toPrecision(4));
        make("text", { x: LEFT - 6, y: at + 4, "text-anchor": "end" }, this.svg).textContent = text;
      }
      const seconds = this.view.axis === "seconds";
      for (const x of nice(x0, x1, Math.max(2, Math.floor(this.width / 90)))) {
        if (!seconds && !Number.isInteger(+x.toFixed(6))) continue;
        make("text", { x: this.px(x), y: HEIGHT - 6, "text-anchor": "middle" }, this.svg).textContent = seconds ? clock(x) : String(+x.toFixed(6));
      }
      for (const one of this.series) this.line(one);
      this.marks = make("g", {}, this.svg);
      if (this.at !== null && this.at !== undefined) this.showCursor(this.at);
    }

    line(one) {
      const smooth = this.view.smooth > 0 && one.y.length > 2;
      if (smooth) make("path", { class: `series raw ${one.kind}`, "data-ink": one.ink, d: this.path(one, one.y) }, this.svg);
      one.drawn = smooth ? smoothed(one.y, this.view.smooth) : one.y;
      make("path", { class: `series ${one.kind}`, "data-ink": one.ink, d: this.path(one, one.drawn) }, this.svg);
      const known = one.drawn.map((y, i) => [one.x[i], y]).filter(([x, y]) => x !== null && this.ok(y));
      if (known.length === 1) make("circle", { class: "dot", "data-ink": one.ink, cx: this.px(known[0][0]), cy: this.py(known[0][1]), r: 4 }, this.svg);
      if (one.best !== undefined && one.best >= 0 && this.ok(one.drawn[one.best])) {
        make("circle", { class: "dot", "data-ink": one.ink, cx: this.px(one.x[one.best]), cy: this.py(one.drawn[one.best]), r: 5 }, this.svg);
      }
    }

    ok(y) { return y !== null && y !== undefined && Number.isFinite(y) && (!this.view.log || y > 0); }

    path(one, values) {
      let text = "", pen = "M";
      one.x.forEach((x, i) => {
        if (x === null || !this.ok(values[i])) { pen = "M"; return; }
        text += `${pen}${this.px(x).toFixed(1)},${this.py(values[i]).toFixed(1)}`;
        pen = "L";
      });
      return text || "M0,0";
    }

    showCursor(x) {
      this.at = x;
      if (!this.marks) return;
      this.marks.replaceChildren();
      this.tip.hidden = x === null || !this.d;
      if (this.tip.hidden || x < this.d.x0 || x > this.d.x1) { this.tip.hidden = true; return; }
      const at = this.px(x);
      make("line", { class: "cursor", x1: at, x2: at, y1: TOP, y2: HEIGHT - BOTTOM }, this.marks);
      this.tip.replaceChildren();
      html("b", `${this.options.words[this.view.axis]} ${this.view.axis === "seconds" ? clock(x) : +x.toFixed(2)}`, "", this.tip);
      const rows = [];
      for (const one of this.series) {
        let i = 0;
        one.x.forEach((other, j) => { if (other !== null && Math.abs(other - x) < Math.abs((one.x[i] ?? Infinity) - x)) i = j; });
        const y = (one.drawn || one.y)[i];
        const reach = this.view.axis === "epoch" ? 0.51 : (this.d.x1 - this.d.x0) * 0.03;
        if (one.x[i] === null || one.x[i] === undefined || Math.abs(one.x[i] - x) > reach || !this.ok(y)) continue;
        rows.push([one, y]);
        make("circle", { class: "dot", "data-ink": one.ink, cx: this.px(one.x[i]), cy: this.py(y), r: 3.5 }, this.marks);
      }
      for (const [one, y] of rows.slice(0, 14)) {
        const row = html("div", "", "", this.tip);
        html("span", "", `ink ${one.kind}`, row).dataset.ink = one.ink;
        html("span", one.name, "", row);
        html("span", number(y, this.options.percent), "num", row);
      }
      const wide = this.box.clientWidth, width = this.tip.offsetWidth;
      this.tip.style.left = `${Math.max(4, at + 24 + width > wide ? at - width - 4 : at + 24)}px`;
      // Where a curve of this kind seldom is: a loss falls, an accuracy rises.
      this.tip.style.top = this.options.percent ? "auto" : "34px";
      this.tip.style.bottom = this.options.percent ? "38px" : "auto";
    }
  }

  window.dojang = { Chart, Group, html, clock, number };
})();
