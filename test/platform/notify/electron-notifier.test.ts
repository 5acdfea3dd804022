import { EventEmitter } from 'node:events';
import { expect, it, vi } from 'vitest';
import { createElectronNotifier } from '../../../src/platform/notify/electron-notifier.ts';
import { createFallbackNotifier } from '../../../src/platform/notify/fallback-notifier.ts';

/** Answers `show()` as named: electron.d.ts documents 'show' and 'failed'; silence is what unsigned builds do. */
function notificationClass(answer: 'show' | 'failed' | 'silence' | 'throws', supported = true) {
  const made: InstanceType<typeof Fake>[] = [];
  class Fake extends EventEmitter {
    static isSupported() {
      return supported;
    }
    closed = false;
    readonly options: { id: string; title: string; body: string };
    constructor(options: { id: string; title: string; body: string }) {
      super();
      this.options = options;
      made.push(this);
    }
    show() {
      if (answer === 'throws') throw new Error('no');
      if (answer !== 'silence') this.emit(answer);
    }
    close() {
      this.closed = true;
    }
  }
  return { Fake, made };
}

const notice = { id: 'a', title: 'octopi', body: 'is backed up' };

it('is true once the system has shown the notice, and a click calls back once', async () => {
  const { Fake, made } = notificationClass('show');
  const onClick = vi.fn();
  expect(await createElectronNotifier(Fake).notify({ ...notice, onClick })).toBe(true);
  expect(made[0]?.options).toEqual(notice);
  made[0]?.emit('click');
  made[0]?.emit('click');
  expect(onClick).toHaveBeenCalledTimes(1);
});

it.each([
  ['the system says it failed', 'failed', true],
  ['notifications are not supported', 'show', false],
  ['showing throws', 'throws', true],
] as const)('is false when %s', async (_why, answer, supported) => {
  const { Fake } = notificationClass(answer, supported);
  expect(await createElectronNotifier(Fake).notify(notice)).toBe(false);
});

it('takes a notice back that the system never answered for, and lets the next notifier show it', async () => {
  vi.useFakeTimers();
  try {
    const { Fake, made } = notificationClass('silence');
    const shown: string[] = [];
    const next = {
      async notify(asked: { title: string }) {
        shown.push(asked.title);
        return true;
      },
      async close() {},
    };
    const accepted = createFallbackNotifier(createElectronNotifier(Fake), next).notify(notice);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await accepted).toBe(true);
    expect(made[0]?.closed).toBe(true);
    expect(shown).toEqual(['octopi']);
  } finally {
    vi.useRealTimers();
  }
});

it('replaces a notice of the same id and closes what is left at the end', async () => {
  const { Fake, made } = notificationClass('show');
  const notifier = createElectronNotifier(Fake);
  await notifier.notify(notice);
  await notifier.notify({ ...notice, body: 'again' });
  expect(made.map((one) => one.closed)).toEqual([true, false]);
  await notifier.close();
  expect(made.map((one) => one.closed)).toEqual([true, true]);
});

it('puts the actions of a notice on its buttons, and carries out one of them or the click, once', async () => {
  const { Fake, made } = notificationClass('show');
  const run = { back: vi.fn(), eject: vi.fn(), click: vi.fn() };
  await createElectronNotifier(Fake).notify({
    ...notice,
    group: 'card 1',
    onClick: run.click,
    actions: [
      { label: 'Back up', run: run.back },
      { label: 'Eject', run: run.eject },
    ],
  });
  // Nothing about urgency or sound: those are left to the system and its Focus.
  expect(made[0]?.options).toEqual({
    ...notice,
    groupId: 'card 1',
    actions: [
      { type: 'button', text: 'Back up' },
      { type: 'button', text: 'Eject' },
    ],
  });
  made[0]?.emit('action', { actionIndex: 7 });
  made[0]?.emit('action', { actionIndex: 1 });
  made[0]?.emit('action', { actionIndex: 0 });
  made[0]?.emit('click');
  expect(run.eject).toHaveBeenCalledTimes(1);
  expect(run.back).not.toHaveBeenCalled();
  expect(run.click).not.toHaveBeenCalled();
});

it('lets the name of a card be nothing but text where bodies are markup', async () => {
  const body = 'octopi <img src="file:///etc/passwd"><a href="x">click</a> is backed up';
  const { Fake, made } = notificationClass('show');
  await createElectronNotifier(Fake, 'linux').notify({ ...notice, body });
  await createElectronNotifier(Fake, 'darwin').notify({ ...notice, body });
  expect(made[0]?.options.body).not.toMatch(/[<>]/);
  expect(made[0]?.options.body).toContain('octopi ‹img src=');
  expect(made[1]?.options.body).toBe(body);
});
