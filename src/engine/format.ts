/**
 * Sizes, rates and times as people read them, in the language of the reader. Decimal units, as printed on cards ("6.1 GB" is
 * 6 100 000 000 bytes).
 */

import { formatPercent as formatShare, perLocale } from '../language/format.ts';
import { say, sayCount } from '../language/say.ts';

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte', 'petabyte'] as const;

const sizes = perLocale((locale) => units.map((unit, power) => inUnit(locale, unit, power)));
const rates = perLocale((locale) =>
  units.map((unit, power) => inUnit(locale, `${unit}-per-second`, power)),
);
const whole = perLocale((locale) => new Intl.NumberFormat(locale, { maximumFractionDigits: 0 }));

/** "512 bytes", "6.1 GB". Anything that is no size reads "an unknown size". */
export function formatBytes(bytes: number): string {
  if (!isAmount(bytes)) return say`an unknown size`;
  if (bytes < 1000) return sayCount(Math.round(bytes), '{n} byte', '{n} bytes');
  const { format, amount } = scaled(bytes, sizes());
  return format.format(amount);
}

/** "6.1 of 64 GB": the unit is said once where it is the same. */
export function formatPortion(part: number, total: number): string {
  const amount = withoutUnitOf(part, total) ?? formatBytes(part);
  return say`${amount} of ${formatBytes(total)}`;
}

/** "90.8 MB/s" from bytes per second. */
export function formatRate(bytesPerSecond: number): string {
  if (!isAmount(bytesPerSecond)) return say`an unknown speed`;
  if (bytesPerSecond < 1000) {
    return sayCount(Math.round(bytesPerSecond), '{n} bytes/s', '{n} bytes/s');
  }
  const { format, amount } = scaled(bytesPerSecond, rates());
  return format.format(amount);
}

/** "less than 1 s", "42 s", "1 min 10 s", "2 h 5 min" from seconds; rounded to what is worth saying. */
export function formatDuration(seconds: number): string {
  if (!isAmount(seconds)) return say`an unknown time`;
  if (seconds < 1) return say`less than 1 s`;
  const rounded = Math.round(seconds);
  if (rounded < 60) return say`${rounded} s`;
  if (rounded < 3600) {
    const [min, s] = [Math.floor(rounded / 60), rounded % 60];
    return s === 0 ? say`${min} min` : say`${min} min ${s} s`;
  }
  const minutes = Math.round(rounded / 60);
  const [h, min] = [whole().format(Math.floor(minutes / 60)), minutes % 60];
  return min === 0 ? say`${h} h` : say`${h} h ${min} min`;
}

/** "37%". Never "100%" before the whole is reached; an empty whole is 0 %. */
export function formatPercent(part: number, total: number): string {
  if (!isAmount(part) || !isAmount(total) || total === 0) return formatShare(0);
  return formatShare(Math.min(1, Math.floor((part / total) * 100) / 100));
}

/** "6.1" of 6.1 of 64 GB; null where the two have other units. */
function withoutUnitOf(part: number, total: number): string | null {
  if (!isAmount(part) || !isAmount(total)) return null;
  // "1 byte of 512 bytes": the unit is a word there.
  if (part < 1000 && total < 1000) {
    return Math.round(part) === 1 ? null : whole().format(Math.round(part));
  }
  if (part < 1000 || total < 1000) return null;
  const [one, other] = [scaled(part, sizes()), scaled(total, sizes())];
  if (one.format !== other.format) return null;
  const parts = one.format.formatToParts(one.amount);
  return parts.flatMap(({ type, value }) => (isOfNumber(type) ? [value] : [])).join('');
}

function isOfNumber(type: string): boolean {
  return type !== 'unit' && type !== 'literal';
}

function scaled(
  amount: number,
  formats: readonly Intl.NumberFormat[],
): { format: Intl.NumberFormat; amount: number } {
  let power = Math.min(Math.floor(Math.log10(amount) / 3), formats.length - 1);
  // 999 960 bytes would round to "1,000 kB".
  if (Math.round((amount / 1000 ** power) * 10) / 10 >= 1000 && power < formats.length - 1) power++;
  return { format: formats[power] ?? whole(), amount: amount / 1000 ** power };
}

function inUnit(locale: string, unit: string, power: number): Intl.NumberFormat {
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit,
    unitDisplay: 'short',
    maximumFractionDigits: power > 1 ? 1 : 0,
  });
}

function isAmount(value: number): boolean {
  return Number.isFinite(value) && value >= 0;
}
