import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import * as v from 'valibot';
import { expect, it } from 'vitest';
import { caseSchema } from '../../scripts/fuzz/change.ts';
import { seedNames } from '../../scripts/fuzz/seed.ts';
import { replay } from '../../scripts/fuzz/watchdog.ts';

const FOUND = resolve(import.meta.dirname, '../vectors/found');
const vectors = readdirSync(FOUND).filter((file) => file.endsWith('.json.gz'));

it('every saved case is a change to a seed that exists', () => {
  const names = seedNames();
  for (const file of vectors) expect(names).toContain(parse(file).seed);
});

for (const file of vectors) {
  const { finding, ...vector } = parse(file);
  it(`${file} does no harm any more (${finding})`, async () => {
    expect(await replay(vector)).toBeNull();
  });
}

function parse(file: string): v.InferOutput<typeof caseSchema> {
  return v.parse(caseSchema, JSON.parse(gunzipSync(readFileSync(join(FOUND, file))).toString()));
}
