/** What a file of a card may be called on this computer. */

/** Longest name of every common file system, in bytes (limits.h, NAME_MAX). */
const MAX_NAME_BYTES = 255;
/** Names that differ only in their number; more files of one name are not made. */
const MAX_NUMBER = 999;

const SLASH = 0x2f;
const DOT = 0x2e;

/** What a system says of a name that its file systems do not take: other systems' rules, or no UTF-8 (APFS). */
export const nameErrors: ReadonlySet<string> = new Set(['EILSEQ', 'EINVAL', 'ENAMETOOLONG']);

/**
 * The names to try, best first: the very bytes, the text that stands for them, and one that every file system takes. Never
 * a name that means another folder.
 */
export function hostNames(bytes: Uint8Array, text: string): readonly Buffer[] {
  const names: Buffer[] = [];
  if (isHarmless(bytes)) names.push(Buffer.from(bytes));
  const written = cut(Buffer.from(text));
  if (isHarmless(written)) names.push(written);
  const plain = text.replace(/[^A-Za-z0-9._-]/g, '_').replace(/^\.+|\.+$/g, '_');
  names.push(cut(Buffer.from(plain === '' ? '_' : plain)));
  return names;
}

/** Each name by itself, and then with a number: "photo.jpg", "photo (2).jpg". */
export function* numbered(name: Buffer): Generator<Buffer, void, void> {
  yield name;
  const dot = name.lastIndexOf(DOT);
  const at = dot > 0 ? dot : name.length;
  for (let number = 2; number <= MAX_NUMBER; number++) {
    const mark = Buffer.from(` (${number})`);
    const ending = cut(name.subarray(at), MAX_NAME_BYTES - mark.length - 1);
    const stem = cut(name.subarray(0, at), MAX_NAME_BYTES - mark.length - ending.length);
    yield Buffer.concat([stem, mark, ending]);
  }
}

/** Shortened without leaving a part of a UTF-8 letter at the end. */
export function cut(name: Buffer, most = MAX_NAME_BYTES): Buffer {
  if (name.length <= most) return name;
  let end = most;
  while (end > 0 && ((name[end] ?? 0) & 0xc0) === 0x80) end--;
  return name.subarray(0, end);
}

function isHarmless(name: Uint8Array): boolean {
  if (name.length === 0 || name.length > MAX_NAME_BYTES) return false;
  if (name.includes(SLASH) || name.includes(0)) return false;
  return !(name.length <= 2 && name.every((byte) => byte === DOT));
}
