/** Makes a hostile input out of a sound one, by what it is made of. */

import type { Random } from '../random.ts';
import { alter, type Json, textOfJson } from './alter-json.ts';
import { bytesOf, type InputParser, textOf } from './parser.ts';

/** Larger inputs are refused by their size everywhere. */
const MAX_BYTES = 256 * 1024;
const numbers = [
  '0',
  '-1',
  '1',
  '255',
  '65536',
  '4294967296',
  '9007199254740993',
  '1e309',
  '00',
  'NaN',
];
const letters = [
  '\0',
  '\u001b[2J',
  '\u202e',
  '\r',
  '\n',
  '\n\n',
  '\t',
  '\\',
  '"',
  "'",
  '%',
  '&',
  '<',
  '>',
  '�',
  '\u{1f600}',
];

export function changedInput(parser: InputParser, random: Random): Uint8Array {
  const sample = parser.sample(random);
  // A few stay sound: what is refused then was not drawn well.
  const times = random.chance(0.02) ? 0 : 1 + random.below(random.chance(0.5) ? 2 : 8);
  const changed = change(parser, sample, times, random).subarray(0, MAX_BYTES);
  return parser.mend && random.chance(0.7) ? parser.mend(changed) : changed;
}

function change(
  parser: InputParser,
  sample: Uint8Array,
  times: number,
  random: Random,
): Uint8Array {
  switch (parser.form) {
    case 'json': {
      const json: Json = JSON.parse(textOf(sample));
      for (let count = 0; count < times; count++) alter(json, random);
      const text = times === 0 ? textOf(sample) : textOfJson(json, random);
      return bytesOf(random.chance(0.1) ? changedText(text, parser, 1, random) : text);
    }
    case 'text':
      return bytesOf(changedText(textOf(sample), parser, times, random));
    case 'bytes':
      return changedBytes(sample, parser, times, random);
  }
}

function changedText(text: string, parser: InputParser, times: number, random: Random): string {
  let result = text;
  for (let count = 0; count < times; count++) result = oneChange(result, parser, random);
  return result;
}

function oneChange(text: string, parser: InputParser, random: Random): string {
  const at = random.below(text.length + 1);
  const end = Math.min(text.length, at + random.below(random.chance(0.7) ? 12 : 400));
  const replaced = (middle: string): string => text.slice(0, at) + middle + text.slice(end);
  switch (random.below(9)) {
    case 0:
      return replaced('');
    case 1:
      return replaced(random.pick(letters));
    case 2:
      return text.slice(0, at) + random.pick(parser.words ?? letters) + text.slice(at);
    case 3:
      return replaced(random.pick(parser.words ?? letters));
    case 4:
      return replaceNumber(text, at, random);
    case 5:
      return (
        text.slice(0, end) + text.slice(at, end).repeat(1 + random.below(40)) + text.slice(end)
      );
    case 6: {
      const other = textOf(parser.sample(random));
      const from = random.below(other.length + 1);
      return replaced(other.slice(from, from + random.below(200)));
    }
    case 7:
      return random.chance(0.3) ? text.slice(0, at) : withoutLine(text, at);
    default:
      return random.chance(0.2)
        ? replaced(random.pick([...(parser.words ?? []), 'a', ' ', '(', '=', '\\']).repeat(2000))
        : replaced(String.fromCharCode(random.below(0x300)));
  }
}

function replaceNumber(text: string, from: number, random: Random): string {
  const found = /\d+/.exec(text.slice(from));
  if (!found) return text;
  const at = from + found.index;
  return text.slice(0, at) + random.pick(numbers) + text.slice(at + found[0].length);
}

function withoutLine(text: string, at: number): string {
  const start = text.lastIndexOf('\n', at) + 1;
  const end = text.indexOf('\n', at);
  return end < 0 ? text.slice(0, start) : text.slice(0, start) + text.slice(end + 1);
}

const values = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];

function changedBytes(
  sample: Uint8Array,
  parser: InputParser,
  times: number,
  random: Random,
): Uint8Array {
  let bytes: Buffer = Buffer.from(sample);
  for (let count = 0; count < times && bytes.length > 0; count++) {
    const at = random.below(bytes.length);
    const end = Math.min(bytes.length, at + 1 + random.below(random.chance(0.7) ? 8 : 200));
    switch (random.below(8)) {
      case 0:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(end)]);
        break;
      case 1:
        bytes = Buffer.concat([bytes.subarray(0, end), bytes.subarray(at)]);
        break;
      case 2: {
        const other = parser.sample(random);
        const from = random.below(other.length + 1);
        bytes = Buffer.concat([
          bytes.subarray(0, at),
          other.subarray(from, from + 64),
          bytes.subarray(end),
        ]);
        break;
      }
      case 3:
        if (random.chance(0.3)) bytes = bytes.subarray(0, at);
        break;
      case 4:
        bytes.set(random.bytes(end - at), at);
        break;
      case 5:
        putNumber(bytes, at, random);
        break;
      default:
        bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
    }
  }
  return bytes;
}

function putNumber(bytes: Buffer, at: number, random: Random): void {
  const width = random.pick([1, 2, 4, 8]);
  if (at + width > bytes.length) return;
  const value = Buffer.alloc(8);
  value.writeUInt32LE(random.pick(values), 0);
  if (random.chance(0.2)) value.writeUInt32LE(random.pick(values), 4);
  const part = value.subarray(0, width);
  bytes.set(random.chance(0.5) ? part : part.toReversed(), at);
}
