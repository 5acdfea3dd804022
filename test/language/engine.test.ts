import { afterEach, describe, expect, it } from 'vitest';
import { PiKeepError } from '../../src/engine/errors.ts';
import { explain } from '../../src/engine/explain.ts';
import { fitSentence } from '../../src/engine/fit-words.ts';
import {
  formatBytes,
  formatDuration,
  formatPercent,
  formatPortion,
  formatRate,
} from '../../src/engine/format.ts';
import { judge } from '../../src/engine/health.ts';
import { checkTitle } from '../../src/engine/words/check-names.ts';
import { inEnglish } from '../../src/language/english.ts';
import { sayAgain } from '../../src/language/say-again.ts';
import { setState } from '../../src/language/state.ts';
import { useEnglish } from '../../src/language/use-language.ts';

afterEach(useEnglish);

const german: Record<string, string | { one: string; other: string }> = {
  '{0} min {1} s': '{0} Min. {1} Sek.',
  '{0} of {1}': '{0} von {1}',
  '{n} bytes': { one: '{n} Byte', other: '{n} Byte' },
  '{0} cannot be restored: it is {1}.': '{0} lässt sich nicht wiederherstellen: Es ist {1}.',
  'a tar archive': 'ein tar-Archiv',
  'the volume is full': 'das Volume ist voll',
  'Writing or checking {0} failed: {1}.': 'Schreiben oder Prüfen von {0} ging nicht: {1}.',
  'The card is {0} larger than the backup; {1}.': 'Die Karte ist {0} größer als das Backup; {1}.',
  'the system takes the {0} behind it on its first start':
    'das System nimmt sich die {0} dahinter beim ersten Start',
  'This backup is damaged: {0}': 'Dieses Backup ist beschädigt: {0}',
  'Its superblock makes no sense.': 'Der Superblock ergibt keinen Sinn.',
  'boot files': 'Startdateien',
};

function speakGerman(): void {
  setState('de', (key) => german[key], Object.keys(german));
}

/** No-break spaces as `Intl` sets them, made plain. */
function plain(text: string): string {
  return text.replace(/[\u00a0\u202f]/g, ' ');
}

describe('in another language', () => {
  it('sizes, times and shares are written as there', () => {
    speakGerman();
    expect(plain(formatBytes(6.1e9))).toBe('6,1 GB');
    expect(formatBytes(512)).toBe('512 Byte');
    expect(plain(formatRate(90.8e6))).toBe('90,8 MB/s');
    expect(plain(formatPortion(6.1e9, 64e9))).toBe('6,1 von 64 GB');
    expect(formatDuration(70)).toBe('1 Min. 10 Sek.');
    expect(plain(formatPercent(37, 100))).toBe('37 %');
    setState('fr', () => undefined);
    expect(plain(formatBytes(6.1e9))).toBe('6,1 Go');
  });

  it('a failure is explained with its facts, which came in English', () => {
    speakGerman();
    const web = new PiKeepError('NOT_AN_IMAGE', { path: '/a.img', what: 'a tar archive' });
    expect(explain(web).message).toBe(
      '/a.img lässt sich nicht wiederherstellen: Es ist ein tar-Archiv.',
    );
    const full = new PiKeepError('DESTINATION_FAILED', { path: '/a.img', errno: 'ENOSPC' });
    expect(explain(full).message).toBe(
      'Schreiben oder Prüfen von /a.img ging nicht: das Volume ist voll.',
    );
    expect(inEnglish(() => explain(full).message)).toBe(
      'Writing or checking /a.img failed: the volume is full.',
    );
  });

  it('what is kept is English, and said again where it is shown', () => {
    speakGerman();
    const facts = { spareBytes: 33e9, willGrow: true, tableMoves: false };
    const fit = fitSentence({ imageBytes: 31e9, cardBytes: 64e9, ...facts });
    expect(fit).toBe(
      'The card is 33 GB larger than the backup; the system takes the 33 GB behind it on its first start.',
    );
    expect(plain(sayAgain(fit))).toBe(
      'Die Karte ist 33 GB größer als das Backup; das System nimmt sich die 33 GB dahinter beim ersten Start.',
    );
    const failed = {
      name: 'file system',
      partition: 2,
      state: 'fail',
      detail: 'Its superblock makes no sense.',
      next: null,
    } as const;
    const { sentence } = judge({
      kind: 'image',
      checks: [failed],
      hasManifest: true,
      wasRead: false,
    });
    expect(sentence).toBe('This backup is damaged: Its superblock makes no sense.');
    expect(sayAgain(sentence)).toBe(
      'Dieses Backup ist beschädigt: Der Superblock ergibt keinen Sinn.',
    );
    expect(checkTitle('boot files')).toBe('Startdateien');
    expect(checkTitle('constructor')).toBe('constructor');
  });
});
