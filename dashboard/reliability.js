// SPDX-License-Identifier: Apache-2.0
// Told against happened, with intervals: the chart and the sentence.
import { axis, chart, intervals } from "/charts.js";
import { count, percent, whole } from "/format.js";

const ROWS_MIN = 20;

export function reliabilityChart(bins) {
  const rows = bins.map((bin) => ({
    x: bin.predicted * 100,
    y: bin.happened * 100,
    low: bin.low * 100,
    high: bin.high * 100,
  }));
  const most = Math.max(1, ...rows.map((row) => Math.max(row.x, row.high)));
  return chart(
    "Told and happened, with 95 % intervals",
    (colours) => ({
      type: "scatter",
      data: {
        datasets: [
          { label: "happened", data: rows, backgroundColor: colours.accent, pointRadius: 4 },
          {
            label: "as told",
            type: "line",
            data: [
              { x: 0, y: 0 },
              { x: most, y: most },
            ],
            borderColor: colours.muted,
            borderDash: [4, 4],
            borderWidth: 1,
            pointRadius: 0,
          },
        ],
      },
      options: {
        scales: {
          x: axis("told, %", { min: 0, max: Math.ceil(most) }),
          y: axis("happened, %", { min: 0, max: Math.ceil(most) }),
        },
        plugins: { intervals: { rows, colour: colours.accent } },
      },
      plugins: [intervals],
    }),
    {
      columns: [
        { label: "Accounts", number: true, value: (bin) => count(bin.rows) },
        { label: "Told", number: true, value: (bin) => percent(bin.predicted) },
        { label: "Happened", number: true, value: (bin) => percent(bin.happened) },
        {
          label: "Interval",
          number: true,
          value: (bin) => `${percent(bin.low)} to ${percent(bin.high)}`,
        },
      ],
      rows: bins,
    },
  );
}

// About the accounts that were told most, for those are acted on.
export function reliabilitySentence(bins) {
  const enough = (bins || []).filter((bin) => bin.rows >= ROWS_MIN);
  if (enough.length === 0) return null;
  const top = enough.reduce((a, b) => (b.predicted > a.predicted ? b : a));
  return `Of 100 accounts told about ${whole(top.predicted)} %, ${whole(top.happened)} bought (interval ${whole(top.low)} to ${whole(top.high)}).`;
}
