// Draws <canvas data-chart="ID"> from the JSON in <script id="ID">, with Chart.js (loaded before this file):
//   type     "line" or "bar"
//   labels   one per point, ready to print ("Nov 2026")
//   series   [{label, data: [number or null], color: "series-1" … | "total" | "up" | "down", dashed: true for a target}]
//   unit     "percent" (0.877 is 87.7 %), "currency" or "number"
//   currency ISO code, for unit "currency"
//   running  true: the last point is a month that is not over; its line is dashed
//   floor    where the axis begins; bars always begin at 0
// null is a gap, never 0. Colours come from tokens.css, so a chart is drawn again when the theme changes.
(() => {
  const language = document.documentElement.lang;
  const charts = new Map();
  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  function formatter({ unit, currency }) {
    const styles = {
      percent: { style: "percent", maximumFractionDigits: 1 },
      currency: { style: "currency", currencyDisplay: "narrowSymbol", currency, notation: "compact", maximumFractionDigits: 2 },
      number: { maximumFractionDigits: 1 },
    };
    return new Intl.NumberFormat(language, styles[unit]);
  }

  function dataset(series, spec) {
    const color = token(`--setia-${series.color}`);
    const last = series.data.length - 1;
    const isRunning = spec.running && !series.dashed;
    return {
      label: series.label,
      data: series.data,
      borderColor: color,
      backgroundColor: color,
      borderWidth: spec.type === "bar" ? 0 : 2,
      borderDash: series.dashed ? [6, 4] : [],
      pointRadius: series.dashed ? 0 : 3,
      pointStyle: spec.type === "bar" ? "rect" : "circle",
      spanGaps: false,
      segment: { borderDash: ({ p1DataIndex }) => (isRunning && p1DataIndex === last ? [3, 3] : undefined) },
    };
  }

  function options(spec) {
    const format = formatter(spec);
    const text = token("--tblr-secondary");
    const grid = token("--setia-grid");
    return {
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      locale: language,
      interaction: { mode: "index", intersect: false },
      scales: {
        x: { ticks: { color: text, maxRotation: 0, autoSkipPadding: 16 }, grid: { display: false } },
        y: {
          beginAtZero: spec.type === "bar",
          min: spec.floor,
          ticks: { color: text, callback: (value) => format.format(value) },
          grid: { color: grid },
        },
      },
      plugins: {
        legend: { display: spec.series.length > 1, position: "bottom", labels: { color: text, usePointStyle: true } },
        tooltip: { callbacks: { label: ({ dataset, raw }) => `${dataset.label}: ${format.format(raw)}` } },
      },
    };
  }

  function draw(canvas) {
    const spec = JSON.parse(document.getElementById(canvas.dataset.chart).textContent);
    charts.get(canvas)?.destroy();
    charts.set(
      canvas,
      new Chart(canvas, {
        type: spec.type,
        data: { labels: spec.labels, datasets: spec.series.map((series) => dataset(series, spec)) },
        options: options(spec),
      }),
    );
  }

  function drawAll(root) {
    for (const canvas of root.querySelectorAll("canvas[data-chart]")) draw(canvas);
  }

  drawAll(document);
  document.addEventListener("htmx:afterSwap", (event) => drawAll(event.target));
  new MutationObserver(() => drawAll(document)).observe(document.documentElement, {
    attributeFilter: ["data-bs-theme"],
  });
})();
