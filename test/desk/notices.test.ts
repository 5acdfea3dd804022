import { expect, it, vi } from 'vitest';
import type { Reply } from '../../src/contract/panel.ts';
import type { DeskEvent } from '../../src/desk/event.ts';
import { announce, noticeOf } from '../../src/desk/notices.ts';
import type { Notice } from '../../src/platform/ports.ts';
import { patience } from '../support/patience.ts';

const actions = { showPanel: vi.fn(), command: vi.fn(), reveal: vi.fn() };
const of = { disk: 'disk4', card: '1-octopi' };

it('says which Pi is backed up, how big it is, how long it took and where it lies; a click shows the file', () => {
  const notice = noticeOf(
    {
      happened: 'job-done',
      job: 'job 1',
      of,
      title: 'octopi',
      image: '/home/pi/PiKeep/octopi/octopi.img',
      place: '~/PiKeep/octopi',
      bytes: 31_914_983_424,
      storedBytes: 3e9,
      seconds: 372,
      ejected: true,
      byItself: false,
      isIncomplete: false,
    },
    actions,
  );
  expect(notice).toMatchObject({
    title: 'octopi is backed up',
    body: '31.9 GB in 6 min 12 s, in ~/PiKeep/octopi. The card can be taken out.',
  });
  notice.onClick?.();
  expect(actions.reveal).toHaveBeenCalledWith('job 1', '/home/pi/PiKeep/octopi/octopi.img');
  expect(actions.showPanel).not.toHaveBeenCalled();
});

it('never calls an incomplete backup just backed up', () => {
  const notice = noticeOf(
    {
      happened: 'job-done',
      job: 'job 2',
      of,
      title: 'octopi',
      image: '/home/pi/PiKeep/octopi/octopi (incomplete).img',
      place: '~/PiKeep/octopi',
      bytes: 31_914_983_424,
      storedBytes: 3e9,
      seconds: 372,
      ejected: false,
      byItself: true,
      isIncomplete: true,
    },
    actions,
  );
  expect(notice).toMatchObject({
    title: 'octopi is backed up, but not all of it',
    body: 'The card could not be read everywhere, so the backup is incomplete. It is in ~/PiKeep/octopi.',
  });
});

it('calls only a Pi card a Pi card; a click opens the panel', () => {
  const seen = {
    happened: 'card-appeared',
    ...of,
    title: 'octopi',
    bytes: 32e9,
    history: null,
  } as const;
  const pi = noticeOf({ ...seen, kind: 'pi' }, actions);
  expect(pi).toMatchObject({
    title: 'octopi is here',
    body: 'A Raspberry Pi card of 32 GB. Click to back it up.',
  });
  const other = noticeOf({ ...seen, kind: 'removable', title: 'EOS_DIGITAL' }, actions);
  expect(other.title).toBe('A removable disk is here');
  expect(other.body).toContain('EOS_DIGITAL, 32 GB');
  pi.onClick?.();
  expect(actions.showPanel).toHaveBeenCalledTimes(1);
});

it('tells what went wrong and what to do next', () => {
  const failed = noticeOf(
    {
      happened: 'job-failed',
      job: 'job 1',
      of,
      kind: 'backup',
      card: 'untouched',
      title: 'octopi',
      code: 'DEVICE_GONE',
      problem: 'The card is gone.',
      next: 'Put it in again and press Try again.',
    },
    actions,
  );
  expect(failed.title).toBe('octopi is not backed up');
  expect(failed.body).toBe('The card is gone. Put it in again and press Try again.');
});

it('says what was restored and proven, and what a card is worth after a restore that failed', () => {
  const done = noticeOf(
    {
      happened: 'restore-done',
      job: 'job 2',
      of,
      title: 'octopi',
      provenBytes: 6.1e9,
      seconds: 372,
      ejected: true,
    },
    actions,
  );
  expect(done).toMatchObject({
    title: 'octopi is restored',
    body: '6.1 GB read back and compared, in 6 min 12 s. The card can be taken out.',
  });
  const failed = (card: 'untouched' | 'unfinished' | 'unproven', kind: 'restore' | 'undo') =>
    noticeOf(
      {
        happened: 'job-failed',
        job: 'job 2',
        of,
        kind,
        card,
        title: 'octopi',
        code: 'DEVICE_GONE',
        problem: 'p',
        next: 'n',
      },
      actions,
    ).title;
  expect(failed('untouched', 'restore')).toBe('octopi is not restored');
  expect(failed('unfinished', 'restore')).toBe(
    'octopi is not restored: its card cannot start a Pi',
  );
  expect(failed('unproven', 'restore')).toBe(
    'octopi is not restored: its card is not as it should be',
  );
  expect(failed('untouched', 'undo')).toBe('The card is not as it was before');
});

it('says whose card it looks like, and when that was backed up', () => {
  const seen = { happened: 'card-appeared', ...of, title: 'bootfs', bytes: 32e9 } as const;
  const history = 'looks like octopi — last backed up 47 days ago';
  const { body } = noticeOf({ ...seen, kind: 'pi', history }, actions);
  expect(body).toBe(
    'Looks like octopi — last backed up 47 days ago. A card of 32 GB; click to back it up.',
  );
});

it('reminds by name, says what was not allowed, and names a backup that is not good', () => {
  const reminder = noticeOf(
    {
      happened: 'reminder',
      pi: 'table 1',
      title: 'octopi',
      last: 'octopi was last backed up 47 days ago.',
    },
    actions,
  );
  expect(reminder.body).toBe('octopi was last backed up 47 days ago. Insert its card.');
  const never = noticeOf(
    { happened: 'reminder', pi: 'table 1', title: 'octopi', last: 'octopi was never backed up.' },
    actions,
  );
  expect(never.body).toBe('octopi was never backed up. Insert its card.');
  const refused = noticeOf(
    { happened: 'hands-free-refused', job: 'job-1', of, title: 'octopi' },
    actions,
  );
  expect(refused).toMatchObject({ id: 'card 1-octopi', title: 'octopi is not backed up' });
  const sentence = 'This backup is damaged: 1 MiB of it differs.';
  const bad = noticeOf(
    {
      happened: 'checked',
      errand: 'errand-1',
      title: 'octopi',
      image: '/h/1.img',
      isBad: true,
      sentence,
    },
    actions,
  );
  expect(bad).toMatchObject({ title: 'A backup of octopi is not good', body: sentence });
});

const appeared: DeskEvent = {
  happened: 'card-appeared',
  ...of,
  title: 'octopi',
  kind: 'pi',
  bytes: 32e9,
  history: null,
};
const done: DeskEvent = {
  happened: 'job-done',
  job: 'job-1',
  of,
  title: 'octopi',
  image: '/home/pi/PiKeep/octopi/octopi.img',
  place: '~/PiKeep/octopi',
  bytes: 32e9,
  storedBytes: 3e9,
  seconds: 372,
  ejected: false,
  byItself: false,
  isIncomplete: false,
};

it('has one notice for a card at a time, with what can be done next', () => {
  const labels = ({ actions: offered = [] }: Notice) => offered.map(({ label }) => label);
  const first = noticeOf(appeared, actions);
  const last = noticeOf(done, actions);
  expect([first.id, first.group]).toEqual([last.id, last.group]);
  expect(noticeOf({ ...appeared, card: '2-octopi' }, actions).id).not.toBe(first.id);
  expect(labels(first)).toEqual(['Back up']);
  expect(labels(last)).toEqual(['Show file', 'Eject']);
  expect(labels(noticeOf({ ...done, ejected: true }, actions))).toEqual(['Show file']);
  // Nobody asked for a backup of a camera's card.
  expect(labels(noticeOf({ ...appeared, kind: 'removable' }, actions))).toEqual([]);
  first.actions?.[0]?.run();
  expect(actions.command).toHaveBeenLastCalledWith({ command: 'backup', ...of });
  last.actions?.[1]?.run();
  expect(actions.command).toHaveBeenLastCalledWith({ command: 'eject', ...of });
});

/** Announces one event and answers commands as given. */
function announced(event: DeskEvent, replies: Partial<Record<string, Reply>>) {
  const asked: string[] = [];
  const notices: Notice[] = [];
  const front = { show: vi.fn(), refuse: vi.fn() };
  let happen: (event: DeskEvent) => void = () => undefined;
  const stop = announce(
    {
      async command({ command }) {
        asked.push(command);
        return replies[command] ?? { ok: true };
      },
      onEvent(listener) {
        happen = listener;
        return () => {
          happen = () => undefined;
        };
      },
    },
    {
      async notify(notice) {
        notices.push(notice);
        return true;
      },
      async close() {},
    },
    front,
  );
  happen(event);
  const [notice] = notices;
  if (!notice) throw new Error('nothing was announced');
  return { asked, notices, front, notice, stop, again: () => happen(event) };
}

const gone = {
  ok: false,
  problem: { code: 'NO_SUCH_DISK', title: 'The card is gone', message: 'm', next: 'n' },
} satisfies Reply;

it('shows in the panel what a button came to when the card is gone meanwhile', async () => {
  const { notice, front } = announced(appeared, { backup: gone });
  notice.actions?.[0]?.run();
  await vi.waitFor(() => expect(front.refuse).toHaveBeenCalledTimes(1), patience);
  expect(front.refuse).toHaveBeenCalledWith(gone.problem);
});

it('finds the file of a backup whose job was dismissed, and says when that is gone, too', async () => {
  const { notice, front, asked } = announced(done, { reveal: gone });
  notice.onClick?.();
  await vi.waitFor(() => expect(asked).toEqual(['reveal', 'backup-reveal']), patience);
  expect(front.refuse).not.toHaveBeenCalled();
  const other = announced(done, { reveal: gone, 'backup-reveal': gone });
  other.notice.actions?.[0]?.run();
  await vi.waitFor(() => expect(other.front.refuse).toHaveBeenCalledTimes(1), patience);
});

it('tells nothing any more once it is stopped', () => {
  const { notices, stop, again } = announced(done, {});
  stop();
  again();
  expect(notices).toHaveLength(1);
});
