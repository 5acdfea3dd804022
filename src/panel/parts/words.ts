/** Sizes and times as the panel writes them. Decimal units, as printed on cards and shown by Finder. */

import { currentLocale, formatNumber, perLocale, sentenceCase } from '../../language/format.ts';
import { say, sayCount } from '../../language/say.ts';

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** How each unit is written: always with as many digits, or with no more than are needed. */
const written = perLocale((locale) => ({
  even: units.map((_, power) => unitFormat(locale, power, power > 2 ? 1 : 0)),
  short: units.map((_, power) => unitFormat(locale, power, 0)),
}));

function unitFormat(locale: string, power: number, digits: number): Intl.NumberFormat {
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: units[power] ?? 'byte',
    unitDisplay: power === 0 ? 'long' : 'short',
    maximumFractionDigits: power > 1 ? 1 : 0,
    minimumFractionDigits: digits,
  });
}

/** "31.9 GB". */
export function size(bytes: number): string {
  const { amount, power } = scaled(bytes);
  return written().even[power]?.format(amount) ?? '';
}

/** "64 GB", where it is even. */
function shortSize(bytes: number): string {
  const { amount, power } = scaled(bytes);
  return written().short[power]?.format(amount) ?? '';
}

/** "88.2 MB/s". */
export function rate(bytesPerSecond: number): string {
  return say`${size(bytesPerSecond)}/s`;
}

/** `power`: the place in `units` of the unit it is said in. */
function scaled(bytes: number): { readonly amount: number; readonly power: number } {
  let power = bytes < 1000 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1);
  if (Math.round((bytes / 1000 ** power) * 10) / 10 >= 1000 && power < units.length - 1) power += 1;
  return { amount: bytes / 1000 ** power, power };
}

/** "About 4 minutes left": coarse on purpose, so that it does not flicker. */
export function timeLeft(seconds: number): string {
  if (seconds < 8) return say`A few seconds left`;
  if (seconds < 55) {
    const tens = Math.ceil(seconds / 10) * 10;
    return sayCount(tens, 'About {n} second left', 'About {n} seconds left');
  }
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) {
    return sayCount(Math.max(1, minutes), 'About {n} minute left', 'About {n} minutes left');
  }
  const hours = Math.floor(minutes / 60);
  const rest = Math.round((minutes % 60) / 10) * 10;
  if (rest === 0 || rest === 60) {
    return sayCount(hours + rest / 60, 'About {n} hour left', 'About {n} hours left');
  }
  return sayCount(
    hours,
    'About {n} hour and {0} minutes left',
    'About {n} hours and {0} minutes left',
    rest,
  );
}

/** "22 Nov 2026, 16:40", in the reader's time zone; what is no date is shown as it is. */
export function when(at: string): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? at : moment().format(date);
}

/** "3 days ago", "on 22 Nov 2026" when that is long ago. */
export function ago(at: string, now = Date.now()): string {
  const then = new Date(at);
  const minutes = (now - then.getTime()) / 60_000;
  if (Number.isNaN(minutes)) return at;
  if (minutes < -5) return say`on ${day().format(then)}`;
  if (minutes < 2) return say`just now`;
  if (minutes < 60) return before().format(-Math.floor(minutes), 'minute');
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return before().format(-hours, 'hour');
  const days = Math.floor(hours / 24);
  return days < 31 ? before().format(-days, 'day') : say`on ${day().format(then)}`;
}

const before = perLocale((locale) => new Intl.RelativeTimeFormat(locale));
const day = perLocale((locale) => new Intl.DateTimeFormat(locale, { dateStyle: 'medium' }));
const moment = perLocale(
  (locale) => new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }),
);

/** "1 min 10 s", for how long something took. */
export function duration(seconds: number): string {
  const whole = Math.max(1, Math.round(seconds));
  if (whole < 60) return say`${whole} s`;
  if (whole < 3600) {
    const minutes = Math.floor(whole / 60);
    return whole % 60 === 0 ? say`${minutes} min` : say`${minutes} min ${whole % 60} s`;
  }
  const minutes = Math.round(whole / 60);
  const hours = formatNumber(Math.floor(minutes / 60));
  return minutes % 60 === 0 ? say`${hours} h` : say`${hours} h ${minutes % 60} min`;
}

/** "6.1 of 64 GB"; the unit is said once where it is the same. */
export function portion(part: number, whole: number): string {
  const [one, all] = [scaled(part), scaled(whole)];
  if (one.power !== all.power) return say`${shortSize(part)} of ${shortSize(whole)}`;
  const digits = one.power > 1 ? 1 : 0;
  const number = new Intl.NumberFormat(currentLocale(), { maximumFractionDigits: digits });
  return say`${number.format(one.amount)} of ${shortSize(whole)}`;
}

/** What is on a card, as the beginning of a sentence; a name it begins with stays as it is. */
export function contentWords(content: string, title: string): string {
  if (content === '') return say`Unknown content`;
  return content.startsWith(title) ? content : sentenceCase(content);
}

/** "a, b, c": facts side by side, which make no sentence. What is empty has no place in it. */
export function listed(items: readonly (string | null)[]): string {
  const said = items.flatMap((item) => item || []);
  return said.length === 0 ? '' : said.reduce((some, next) => say`${some}, ${next}`);
}

/** Sentences one after the other, as the language parts them. */
export function inARow(sentences: readonly string[]): string {
  return sentences.length === 0 ? '' : sentences.reduce((some, next) => say`${some} ${next}`);
}

/** What a partition is called: its label, else its file system, else its number. */
export function partitionName(part: {
  readonly index: number;
  readonly label: string | null;
  readonly fileSystem: string | null;
}): string {
  return part.label || fileSystemName(part.fileSystem) || say`Partition ${part.index}`;
}

/** "FAT32", "ext"; empty where nothing is known. */
export function fileSystemName(name: string | null): string {
  return name === null ? '' : name.replace(/^fat/, 'FAT');
}
