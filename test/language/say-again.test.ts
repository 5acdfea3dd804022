import { afterEach, describe, expect, it } from 'vitest';
import { formatBytes } from '../../src/engine/format.ts';
import { english, inEnglish } from '../../src/language/english.ts';
import { say } from '../../src/language/say.ts';
import { sayAgain } from '../../src/language/say-again.ts';
import { setState } from '../../src/language/state.ts';
import { useEnglish } from '../../src/language/use-language.ts';

afterEach(useEnglish);

const german: Record<string, string> = {
  'It is damaged.': 'Es ist beschädigt.',
  'Partition {0} holds {1} of data.': '{1} Daten liegen auf Partition {0}.',
  'There are {0} more.': 'Es gibt {0} weitere.',
  'the kernel ({0})': 'der Kernel ({0})',
  'The Pi needs {0} to start.': 'Zum Starten braucht der Pi {0}.',
  'Since {1} it has {0} files.': 'Seit {1}: {0} Dateien.',
  '{0}: {1}': '{1}: {0}',
  'boot sector of partition {0}': 'Startsektor von Partition {0}',
  '{0} more': '{0} weitere',
  'Damaged things: {0}.': 'Beschädigt: {0}.',
  'Nothing is left. It was read twice.': 'Nichts ist übrig, zweimal gelesen.',
};

function speakGerman(): void {
  setState('de', (key) => german[key], Object.keys(german));
}

describe('a text that is kept', () => {
  it('is English whatever is spoken, and is said in the language later', () => {
    speakGerman();
    const text = english`Partition ${2} holds ${inEnglish(() => formatBytes(1.5e9))} of data.`;
    expect(text).toBe('Partition 2 holds 1.5 GB of data.');
    expect(sayAgain(text)).toBe('1,5\u00a0GB Daten liegen auf Partition 2.');
    expect(formatBytes(1.5e9)).toBe('1,5\u00a0GB');
  });

  it('may be several sentences, and messages in messages', () => {
    speakGerman();
    expect(sayAgain('It is damaged. There are 12 more.')).toBe(
      'Es ist beschädigt. Es gibt 12 weitere.',
    );
    expect(
      sayAgain('The Pi needs the kernel (kernel8.img) to start. Unknown words. It is damaged.'),
    ).toBe(
      'Zum Starten braucht der Pi der Kernel (kernel8.img). Unknown words. Es ist beschädigt.',
    );
    expect(sayAgain('It is damaged. Nothing is left. It was read twice.')).toBe(
      'Es ist beschädigt. Nichts ist übrig, zweimal gelesen.',
    );
  });

  it('may have a list of such things in it, as the language writes lists', () => {
    speakGerman();
    const lists = {
      'boot sector of partition 1, /etc/hosts and 3 more':
        'Startsektor von Partition 1, /etc/hosts und 3 weitere',
      'boot sector of partition 1; boot:/kernel8.img':
        'Startsektor von Partition 1 und boot:/kernel8.img',
      '/etc/hosts, /etc/motd and 12 more': '/etc/hosts, /etc/motd und 12 weitere',
      '/etc/hosts, /etc/motd': '/etc/hosts, /etc/motd',
      'a, b and 3 more': 'a, b and 3 more',
      '/home/pi/boot sector of partition 1, mine.txt':
        '/home/pi/boot sector of partition 1, mine.txt',
    };
    for (const [list, said] of Object.entries(lists)) {
      expect(sayAgain(`Damaged things: ${list}.`)).toBe(`Beschädigt: ${said}.`);
    }
  });

  it('stays as it is where nobody knows it', () => {
    const unknown = [
      'a: b',
      'octopi',
      'The Pi needs',
      'The Pi needs  to start.',
      'Partition  holds 1 of data.',
      '',
    ];
    for (const text of unknown) expect(sayAgain(text)).toBe(text);
    speakGerman();
    for (const text of unknown) expect(sayAgain(text)).toBe(text);
  });

  it('may name its values in another order', () => {
    speakGerman();
    expect(sayAgain('Since Monday it has 5 files.')).toBe('Seit Monday: 5 Dateien.');
  });

  it('takes what is in its values for values', () => {
    speakGerman();
    expect(sayAgain('Partition {1} holds $& of data.')).toBe('$& Daten liegen auf Partition {1}.');
  });

  it('costs little, however long it is and whatever is in it', () => {
    speakGerman();
    const hostile = ['The Pi needs ', ' holds ', 'A. '].map((part) => part.repeat(500));
    for (const text of hostile) expect(sayAgain(text)).toBe(text);
  });

  it('is compared with what can be said a bounded number of times, whatever it is made of', () => {
    let asked = 0;
    const find = (key: string) => {
      asked += 1;
      return german[key];
    };
    setState('de', find, Object.keys(german));
    const many = 'Xy z. '.repeat(16).trim();
    sayAgain(`Since ${many} it has ${many} files.`);
    sayAgain(many);
    // Each of the two texts has its own number of tries.
    expect(asked).toBeGreaterThan(16);
    expect(asked).toBeLessThan(250);
    expect(sayAgain(`${'It is damaged. '.repeat(15)}There are 7 more.`)).toBe(
      `${'Es ist beschädigt. '.repeat(15)}Es gibt 7 weitere.`,
    );
  });

  it('does not leave the language changed when making it fails', () => {
    speakGerman();
    expect(() =>
      inEnglish(() => {
        throw new Error('not made');
      }),
    ).toThrow('not made');
    expect(say`It is damaged.`).toBe('Es ist beschädigt.');
  });
});
