/** Sizes and times as the panel writes them. Decimal units, as printed on cards and shown by Finder. */

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** "31.9 GB". */
export function size(bytes: number): string {
  return scaled(bytes, '');
}

/** "88.2 MB/s". */
export function rate(bytesPerSecond: number): string {
  return scaled(bytesPerSecond, '/s');
}

function scaled(amount: number, suffix: string): string {
  let power = amount < 1000 ? 0 : Math.min(Math.floor(Math.log10(amount) / 3), units.length - 1);
  if (Math.round((amount / 1000 ** power) * 10) / 10 >= 1000 && power < units.length - 1)
    power += 1;
  const format = new Intl.NumberFormat('en', {
    style: 'unit',
    unit: units[power] ?? 'byte',
    unitDisplay: power === 0 ? 'long' : 'short',
    maximumFractionDigits: power > 1 ? 1 : 0,
    minimumFractionDigits: power > 2 ? 1 : 0,
  });
  return `${format.format(amount / 1000 ** power)}${suffix}`;
}

/** "About 4 minutes left": coarse on purpose, so that it does not flicker. */
export function timeLeft(seconds: number): string {
  if (seconds < 8) return 'A few seconds left';
  if (seconds < 55) return `About ${Math.ceil(seconds / 10) * 10} seconds left`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `About ${count(Math.max(1, minutes), 'minute')} left`;
  const hours = Math.floor(minutes / 60);
  const rest = Math.round((minutes % 60) / 10) * 10;
  if (rest === 0) return `About ${count(hours, 'hour')} left`;
  if (rest === 60) return `About ${count(hours + 1, 'hour')} left`;
  return `About ${count(hours, 'hour')} and ${rest} minutes left`;
}

/** "22 Nov 2026, 16:40", in the reader's time zone; what is no date is shown as it is. */
export function when(at: string): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? at : moment.format(date);
}

/** "3 days ago", "on 22 Nov 2026" when that is long ago. */
export function ago(at: string, now = Date.now()): string {
  const then = new Date(at);
  const minutes = (now - then.getTime()) / 60_000;
  if (Number.isNaN(minutes)) return at;
  if (minutes < -5) return `on ${day.format(then)}`;
  if (minutes < 2) return 'just now';
  if (minutes < 60) return `${Math.floor(minutes)} minutes ago`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${count(hours, 'hour')} ago`;
  const days = Math.floor(hours / 24);
  return days < 31 ? `${count(days, 'day')} ago` : `on ${day.format(then)}`;
}

const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium' });
const moment = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });

/** "1 min 10 s", for how long something took. */
export function duration(seconds: number): string {
  const whole = Math.max(1, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600)
    return whole % 60 === 0 ? `${whole / 60} min` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(whole / 60);
  return minutes % 60 === 0
    ? `${minutes / 60} h`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function count(amount: number, unit: string): string {
  return amount === 1 ? `1 ${unit}` : `${amount} ${unit}s`;
}

/** "6.1 of 64 GB"; the unit is said once where it is the same. */
export function portion(part: number, whole: number): string {
  const [amount, of] = [trimmed(part), trimmed(whole)];
  const unit = of.slice(of.indexOf(' '));
  return amount.endsWith(unit) ? `${amount.slice(0, -unit.length)} of ${of}` : `${amount} of ${of}`;
}

/** "about 40 s", "about 1 min 10 s": an estimate, so no finer than it is good. */
export function about(seconds: number): string {
  const step = seconds < 60 ? 5 : seconds < 600 ? 10 : 60;
  return `about ${duration(Math.max(step, Math.round(seconds / step) * step))}`;
}

/** What is on a card, as the beginning of a sentence; a name it begins with stays as it is. */
export function contentWords(content: string, title: string): string {
  if (content === '') return 'Unknown content';
  return content.startsWith(title) ? content : content.charAt(0).toUpperCase() + content.slice(1);
}

/** What a partition is called: its label, else its file system, else its number. */
export function partitionName(part: {
  readonly index: number;
  readonly label: string | null;
  readonly fileSystem: string | null;
}): string {
  return part.label || fileSystemName(part.fileSystem) || `Partition ${part.index}`;
}

/** "FAT32", "ext"; empty where nothing is known. */
export function fileSystemName(name: string | null): string {
  return name === null ? '' : name.replace(/^fat/, 'FAT');
}

function trimmed(bytes: number): string {
  return size(bytes).replace('.0 ', ' ');
}
