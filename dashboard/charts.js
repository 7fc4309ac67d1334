// SPDX-License-Identifier: Apache-2.0
// Chart.js in the colours of the page. Every chart has its figures as a table beside it.
import { el, table } from "/dom.js";

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

const drawn = new Set();

// Draws, and draws again when the colours change. `make(colours)` gives Chart.js's settings.
export function chart(label, make, figures) {
  const canvas = el("canvas", { role: "img", "aria-label": label });
  const box = el("div", { class: "chart" }, canvas);
  const draw = () => {
    const known = Chart.getChart(canvas);
    if (known) known.destroy();
    const colours = Object.fromEntries(
      ["ink", "muted", "line", "accent", "second", "third", "warn", "bad", "good", "surface"].map(
        (name) => [name, colour(name)],
      ),
    );
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    Chart.defaults.font.size = 12;
    Chart.defaults.color = colours.muted;
    Chart.defaults.borderColor = colours.line;
    const settings = make(colours);
    settings.options = {
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      ...settings.options,
    };
    settings.options.plugins = {
      legend: { position: "bottom", labels: { boxWidth: 10, boxHeight: 10 } },
      ...settings.options.plugins,
    };
    new Chart(canvas, settings);
  };
  drawn.add({ canvas, draw });
  // After it stands in the page, so that it has a size.
  requestAnimationFrame(() => canvas.isConnected && draw());
  const details =
    figures &&
    el(
      "details",
      {},
      el("summary", { text: "As figures" }),
      table(label, figures.columns, figures.rows),
    );
  return el("figure", {}, el("figcaption", { text: label }), box, details);
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  for (const each of drawn) {
    if (each.canvas.isConnected) each.draw();
    else drawn.delete(each);
  }
});

export const axis = (title, more) => ({ title: { display: Boolean(title), text: title }, ...more });

// A line down to each interval's end, over points.
export const intervals = {
  id: "intervals",
  afterDatasetsDraw(drawnChart, _, options) {
    const { ctx, scales } = drawnChart;
    const bars = drawnChart.options.plugins.intervals;
    if (!bars || !bars.rows) return;
    ctx.save();
    ctx.strokeStyle = options.colour;
    ctx.lineWidth = 1.5;
    for (const { x, low, high } of bars.rows) {
      const at = scales.x.getPixelForValue(x);
      ctx.beginPath();
      ctx.moveTo(at, scales.y.getPixelForValue(low));
      ctx.lineTo(at, scales.y.getPixelForValue(high));
      ctx.stroke();
    }
    ctx.restore();
  },
};
