// SPDX-License-Identifier: Apache-2.0
// The charts of a model's report.
import { axis, chart } from "/charts.js";
import { count, figure, money, one, percent, words } from "/format.js";

// The two dashed lines of an interval; a legend that names it once.
function intervalLines(colours, low, high) {
  const line = { borderColor: colours.muted, borderDash: [3, 3], borderWidth: 1, pointRadius: 0 };
  return [
    { ...line, type: "line", label: "interval", data: low },
    { ...line, type: "line", label: "", data: high },
  ];
}

const NAMED_ONLY = {
  legend: {
    position: "bottom",
    labels: { boxWidth: 10, boxHeight: 10, filter: (item) => item.text !== "" },
  },
};

export function recallChart(curve, base) {
  // Reports of earlier versions have no interval.
  const hasInterval = curve.every((point) => Number.isFinite(point.low));
  const along = (name) => curve.map((point) => ({ x: point.recall * 100, y: point[name] * 100 }));
  return chart(
    "Precision and recall",
    (colours) => ({
      type: "scatter",
      data: {
        datasets: [
          {
            label: "model",
            type: "line",
            data: along("precision"),
            borderColor: colours.accent,
            backgroundColor: colours.accent,
            borderWidth: 2,
            pointRadius: 0,
          },
          {
            label: "everybody",
            type: "line",
            data: [
              { x: 0, y: base * 100 },
              { x: 100, y: base * 100 },
            ],
            borderColor: colours.muted,
            borderDash: [4, 4],
            borderWidth: 1,
            pointRadius: 0,
          },
          ...(hasInterval ? intervalLines(colours, along("low"), along("high")) : []),
        ],
      },
      options: {
        scales: {
          x: axis("recall: of all up-sells, % found", { min: 0, max: 100 }),
          y: axis("precision, %", { beginAtZero: true }),
        },
        plugins: NAMED_ONLY,
      },
    }),
    {
      columns: [
        {
          label: "Contacted",
          header: true,
          number: true,
          value: (point) => count(point.contacted),
        },
        { label: "Recall", number: true, value: (point) => percent(point.recall) },
        { label: "Precision", number: true, value: (point) => percent(point.precision) },
        ...(hasInterval
          ? [
              {
                label: "Interval",
                number: true,
                value: (point) => `${percent(point.low)} – ${percent(point.high)}`,
              },
            ]
          : []),
      ],
      rows: curve,
    },
  );
}

export function liftChart(report) {
  const lines = [
    ["model", report.test.deciles],
    ...Object.entries(report.baselines)
      .filter(([name]) => name !== "random")
      .map(([name, each]) => [words(name), each.deciles]),
  ].filter(([, deciles]) => deciles && deciles.length > 0);
  if (lines.length === 0) return null;
  return chart(
    "Lift by tenth of the accounts, against simple rules",
    (colours) => {
      const palette = ["accent", "second", "third", "warn", "good", "muted"].map(
        (name) => colours[name],
      );
      return {
        type: "line",
        data: {
          labels: lines[0][1].map((_, i) => (i === 0 ? "top" : `${i + 1}`)),
          datasets: lines.map(([name, deciles], i) => ({
            label: name,
            data: deciles,
            borderColor: palette[i % palette.length],
            backgroundColor: palette[i % palette.length],
            borderWidth: i === 0 ? 3 : 1.5,
            borderDash: i === 0 ? [] : [4, 3],
            pointRadius: i === 0 ? 3 : 0,
          })),
        },
        options: {
          scales: {
            x: axis("tenth, most likely first"),
            y: axis("times the average", { beginAtZero: true }),
          },
        },
      };
    },
    {
      columns: [
        { label: "Ranked by", header: true, value: ([name]) => name },
        ...lines[0][1].map((_, i) => ({
          label: `${i + 1}`,
          number: true,
          value: ([, deciles]) => one(deciles[i]),
        })),
      ],
      rows: lines,
    },
  );
}

export function valueChart(value) {
  if (!value || !value.curve || value.curve.length === 0) return null;
  const { curve, currency } = value;
  return chart(
    "What came of contacting the first accounts",
    (colours) => ({
      type: "line",
      data: {
        labels: curve.map((point) => count(point.contacts)),
        datasets: [
          {
            label: "expected",
            data: curve.map((point) => point.gain_expected),
            borderColor: colours.accent,
            backgroundColor: colours.accent,
            borderWidth: 2,
            pointRadius: 2,
          },
          {
            label: "came",
            data: curve.map((point) => point.gain_came),
            borderColor: colours.second,
            backgroundColor: colours.second,
            borderWidth: 2,
            pointRadius: 2,
          },
          ...intervalLines(
            colours,
            curve.map((point) => point.low),
            curve.map((point) => point.high),
          ),
        ],
      },
      options: {
        scales: {
          x: axis("accounts, of greatest expected gain"),
          y: axis(`${currency} above the usual`, { beginAtZero: true }),
        },
        plugins: NAMED_ONLY,
      },
    }),
    {
      columns: [
        { label: "Accounts", header: true, number: true, value: (point) => count(point.contacts) },
        { label: "Expected", number: true, value: (point) => money(point.gain_expected, currency) },
        { label: "Came", number: true, value: (point) => money(point.gain_came, currency) },
        {
          label: "Interval",
          number: true,
          value: (point) => `${money(point.low, currency)} to ${money(point.high, currency)}`,
        },
      ],
      rows: curve,
    },
  );
}

export function importanceChart(importance) {
  const rows = [...importance.groups].sort((a, b) => b.log_odds - a.log_odds);
  if (rows.length === 0) return null;
  return chart(
    `What moves the ${count(importance.accounts)} accounts that rank first, by group`,
    (colours) => ({
      type: "bar",
      data: {
        labels: rows.map((row) => words(row.group)),
        datasets: [
          {
            label: "mean size in log-odds",
            data: rows.map((row) => row.log_odds),
            backgroundColor: colours.accent,
          },
        ],
      },
      options: {
        indexAxis: "y",
        scales: { x: { beginAtZero: true }, y: { grid: { display: false } } },
      },
    }),
    {
      columns: [
        { label: "Group", header: true, value: (row) => words(row.group) },
        { label: "Log-odds", number: true, value: (row) => figure(row.log_odds, 2) },
      ],
      rows,
    },
  );
}
