/** What a desk shows to a reader of another language: every text for people has come through the language. */

import { randomFillSync } from 'node:crypto';
import { rename, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { readMessages } from '../../scripts/words/messages.ts';
import { isProse } from '../../scripts/words/not-words.ts';
import { noticeOf } from '../../src/desk/notices.ts';
import { resetState, setState } from '../../src/language/state.ts';
import { GIB, SlotRig } from './slot-rig.ts';

/** What stands on the cards and in the folder. */
const names = ['Raspberry Pi OS 13 (trixie)'];

const keys = readMessages().messages.map(({ key }) => key);
const known = new Set(keys);

/** A language in which every message of the sources is its English between marks, and nothing else has a translation. */
function speakMarked(): void {
  setState('en-GB', (key) => (known.has(key) ? `⟦${key}⟧` : undefined), keys);
}

/** What is left of a text without what stands between marks; values are inside of them. */
function unmarked(text: string): string {
  let depth = 0;
  let rest = '';
  for (const letter of text) {
    if (letter === '⟦') depth++;
    if (depth === 0) rest += letter;
    if (letter === '⟧') depth--;
  }
  return names.reduce((some, name) => some.replaceAll(name, ''), rest);
}

/** "jobs.0.state.problem.title: …" of each text for people that is not marked. */
function looseTexts(value: unknown, at = ''): string[] {
  if (typeof value === 'string') {
    return isProse(unmarked(value), 'a.ts') ? [`${at}: ${value}`] : [];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value)
    .filter(([key]) => !paths.has(key))
    .flatMap(([key, inner]) => looseTexts(inner, at === '' ? key : `${at}.${key}`));
}

/** Names of files have a day and a time in them. */
const paths = new Set(['image', 'name', 'report', 'file']);

describe('a desk in another language', { timeout: 120_000 }, () => {
  let rig: SlotRig;

  afterEach(async () => {
    resetState();
    await rig.end();
  });

  it('says everything of a card, of what was done and what failed, of a restore, and in its notices', async () => {
    speakMarked();
    rig = await SlotRig.start();
    await rig.backUp(await rig.insert('octopi.img'));
    const { job } = await rig.job('done');
    expect(rig.desk.snapshot.jobs[0]?.state).toMatchObject({
      checks: expect.arrayContaining([
        expect.objectContaining({ detail: expect.stringContaining('⟦') }),
      ]),
    });
    const second = await rig.insert('second.img', GIB);
    await rig.backUp(second);
    await rig.job('working');
    await rig.pull('second.img');
    const { state } = await rig.job('failed');
    expect(state.problem.title).toMatch(/^⟦/);

    const outside = join(rig.folder, 'new-old.img');
    await writeFile(outside, randomFillSync(Buffer.alloc(1024 ** 2)));
    await truncate(outside, GIB);
    await rename(outside, join(rig.slot, 'old.img'));
    const { disk, card } = await rig.card('old.img');
    const from = { with: 'job', job, forceUnmount: false } as const;
    expect(await rig.desk.command({ command: 'restore-open', from })).toEqual({ ok: true });
    expect(await rig.desk.command({ command: 'restore-choose', disk, card })).toEqual({ ok: true });
    const ready = await vi.waitFor(
      () => {
        const chosen = rig.desk.snapshot.restore?.chosen;
        if (chosen?.card !== card || chosen.state.is !== 'ready') throw new Error('looking');
        return chosen.state;
      },
      { timeout: 25_000 },
    );
    expect(ready.lost.content).toBe('⟦nothing that PiKeep knows⟧');
    expect(ready.fit).toMatch(/⟦/);
    expect(looseTexts(rig.desk.snapshot)).toEqual([]);

    const nothing = (): void => undefined;
    const actions = { showPanel: nothing, command: nothing, reveal: nothing };
    const notices = rig.events.map((event) => noticeOf(event, actions));
    expect(notices.length).toBeGreaterThanOrEqual(3);
    expect(looseTexts(notices.map(({ title, body }) => ({ title, body })))).toEqual([]);
  });
});

it('finds a text that nobody says', () => {
  expect(looseTexts({ a: [{ text: 'Nobody says this' }, { text: '⟦said by {0}⟧' }] })).toEqual([
    'a.0.text: Nobody says this',
  ]);
});
