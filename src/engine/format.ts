/** Sizes, rates and times as people read them. Decimal units, as printed on cards ("6.1 GB" is 6 100 000 000 bytes). */

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte', 'petabyte'] as const;

const sizes = units.map((unit, power) => number(unit, power));
const rates = units.map((unit, power) => number(`${unit}-per-second`, power));
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const percent = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 0 });

/** "512 bytes", "6.1 GB". Anything that is no size reads "an unknown size". */
export function formatBytes(bytes: number): string {
  if (!isAmount(bytes)) return 'an unknown size';
  if (bytes < 1000) return bytes === 1 ? '1 byte' : `${whole.format(bytes)} bytes`;
  return scaled(bytes, sizes);
}

/** "6.1 of 64 GB": the unit is said once where it is the same. */
export function formatPortion(part: number, whole: number): string {
  const [amount, of] = [formatBytes(part), formatBytes(whole)];
  const unit = of.slice(of.lastIndexOf(' '));
  return amount.endsWith(unit) ? `${amount.slice(0, -unit.length)} of ${of}` : `${amount} of ${of}`;
}

/** "90.8 MB/s" from bytes per second. */
export function formatRate(bytesPerSecond: number): string {
  if (!isAmount(bytesPerSecond)) return 'an unknown speed';
  if (bytesPerSecond < 1000) return `${whole.format(bytesPerSecond)} bytes/s`;
  return scaled(bytesPerSecond, rates);
}

/** "less than 1 s", "42 s", "1 min 10 s", "2 h 5 min" from seconds; rounded to what is worth saying. */
export function formatDuration(seconds: number): string {
  if (!isAmount(seconds)) return 'an unknown time';
  if (seconds < 1) return 'less than 1 s';
  const rounded = Math.round(seconds);
  if (rounded < 60) return `${rounded} s`;
  if (rounded < 3600) return pair(Math.floor(rounded / 60), 'min', rounded % 60, 's');
  const minutes = Math.round(rounded / 60);
  return pair(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
}

/** "37%". Never "100%" before the whole is reached; an empty whole is 0 %. */
export function formatPercent(part: number, total: number): string {
  if (!isAmount(part) || !isAmount(total) || total === 0) return percent.format(0);
  return percent.format(Math.min(1, Math.floor((part / total) * 100) / 100));
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  const first = `${whole.format(large)} ${largeUnit}`;
  return small === 0 ? first : `${first} ${small} ${smallUnit}`;
}

function scaled(amount: number, formats: readonly Intl.NumberFormat[]): string {
  let power = Math.min(Math.floor(Math.log10(amount) / 3), formats.length - 1);
  // 999 960 bytes would round to "1,000 kB".
  if (Math.round((amount / 1000 ** power) * 10) / 10 >= 1000 && power < formats.length - 1) power++;
  return formats[power]?.format(amount / 1000 ** power) ?? '';
}

function number(unit: string, power: number): Intl.NumberFormat {
  return new Intl.NumberFormat('en', {
    style: 'unit',
    unit,
    unitDisplay: 'short',
    maximumFractionDigits: power > 1 ? 1 : 0,
  });
}

function isAmount(value: number): boolean {
  return Number.isFinite(value) && value >= 0;
}
