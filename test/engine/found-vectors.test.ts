import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import * as v from 'valibot';
import { expect, it } from 'vitest';
import { type AnyCase, caseSchema } from '../../scripts/fuzz/change.ts';
import { allNames } from '../../scripts/fuzz/choose.ts';
import { replay } from '../../scripts/fuzz/watchdog.ts';

const FOUND = resolve(import.meta.dirname, '../vectors/found');
const vectors = readdirSync(FOUND).filter((file) => file.endsWith('.json.gz'));

it('every saved case is of a seed or a parser that exists', () => {
  const names = allNames();
  for (const file of vectors) expect(names).toContain(nameOf(parse(file)));
});

for (const file of vectors) {
  const { finding, ...vector } = parse(file);
  it(`${file} does no harm any more (${finding})`, async () => {
    expect(await replay(vector)).toBeNull();
  });
}

function parse(file: string): AnyCase {
  return v.parse(caseSchema, JSON.parse(gunzipSync(readFileSync(join(FOUND, file))).toString()));
}

function nameOf(vector: AnyCase): string {
  return 'seed' in vector ? vector.seed : vector.input;
}
