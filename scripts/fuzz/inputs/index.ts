/** All parsers of small inputs, by the names that the fuzzer knows them by. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InputCase } from '../change.ts';
import { Random } from '../random.ts';
import { besideImages } from './beside-images.ts';
import { changedInput } from './change-input.ts';
import { checkpoints } from './checkpoints.ts';
import { files } from './files.ts';
import { frames } from './frames.ts';
import { messages } from './messages.ts';
import { packed } from './packed.ts';
import type { InputParser } from './parser.ts';
import { texts } from './texts.ts';
import { tools } from './tools.ts';

/** In front of the name of a parser, to tell it from a seed. */
export const INPUT = 'input-';

const parsers: ReadonlyMap<string, InputParser> = new Map(
  [
    ...messages,
    ...frames,
    ...files,
    ...checkpoints,
    ...besideImages,
    ...tools,
    ...texts,
    ...packed,
  ].map((parser) => [INPUT + parser.name, parser]),
);

export function inputNames(): string[] {
  return [...parsers.keys()];
}

export function shareOf(name: string): number {
  return parserOf(name).share ?? 1;
}

export function inputOf(name: string, number: number): InputCase {
  const input = changedInput(parserOf(name), new Random(number));
  return { input: name, base64: Buffer.from(input).toString('base64') };
}

/** A sound input of a parser, for a test that it is one. */
export function soundInput(name: string, number: number): Uint8Array {
  return parserOf(name).sample(new Random(number));
}

export function judgeInput(name: string, input: Uint8Array, folder: string): void | Promise<void> {
  return parserOf(name).judge(input, folder);
}

function parserOf(name: string): InputParser {
  const parser = parsers.get(name);
  if (!parser) throw new Error(`No such parser: ${name}`);
  return parser;
}

/** A folder for the files that some parsers want; whoever makes one removes it. */
export function inputFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'pikeep-fuzz-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
