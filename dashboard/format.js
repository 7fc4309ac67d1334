// SPDX-License-Identifier: Apache-2.0
// Figures and times as people read them, in the zone of the settings.

let zone = "UTC";
let currency = "EUR";

export function setPlace(about) {
  zone = about.time_zone;
  currency = about.currency;
}

const number = new Intl.NumberFormat("en-GB");
const decimal = new Intl.NumberFormat("en-GB", {
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});

export const count = (value) =>
  value === null || value === undefined ? "–" : number.format(value);
export const one = (value) => (value === null || value === undefined ? "–" : decimal.format(value));
export const percent = (share) =>
  share === null || share === undefined ? "–" : `${decimal.format(share * 100)} %`;
export const whole = (share) => `${Math.round(share * 100)}`;
export const score = (points) =>
  points === null || points === undefined ? "–" : `${decimal.format(points)} %`;
export const money = (amount, code) =>
  amount === null || amount === undefined
    ? "–"
    : `${number.format(Math.round(amount))} ${code || currency}`;
export const signed = (value) =>
  `${value > 0 ? "+" : value < 0 ? "−" : ""}${decimal.format(Math.abs(value))}`;
export const words = (name) => (name || "").replaceAll("_", " ");

function format(options) {
  return (iso) => {
    if (!iso) return "–";
    // A day alone has no zone.
    const day = iso.length === 10;
    return new Intl.DateTimeFormat("en-GB", { ...options, timeZone: day ? "UTC" : zone }).format(
      new Date(iso),
    );
  };
}

export const day = format({ day: "numeric", month: "short", year: "numeric" });
const dateTime = format({ day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const clock = format({ hour: "2-digit", minute: "2-digit" });

// "07:00" today, else with its day.
export function time(iso, now) {
  if (!iso) return "–";
  return now && day(iso) === day(now) ? clock(iso) : dateTime(iso);
}

export function ago(iso, now) {
  const days = Math.floor((new Date(now) - new Date(iso)) / 86400000);
  return days < 1 ? "trained today" : days === 1 ? "1 day old" : `${count(days)} days old`;
}

export const title = (name) => words(name).replace(/^./, (first) => first.toUpperCase());
export const plural = (n, word, many) => `${count(n)} ${n === 1 ? word : many || `${word}s`}`;

// A measure: so many digits behind the point.
export function figure(value, digits = 3) {
  return value === null || value === undefined ? "–" : value.toFixed(digits);
}
