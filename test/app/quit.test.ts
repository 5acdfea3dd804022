import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { askBeforeQuitting } from '../../src/app/quit.ts';
import type { Snapshot } from '../../src/contract/panel.ts';
import { empty, octopi, working } from './snapshots.ts';

function rig(snapshot: Snapshot) {
  const happened: string[] = [];
  const app = Object.assign(new EventEmitter(), {
    quit() {
      const event = {
        defaultPrevented: false,
        preventDefault: () => (event.defaultPrevented = true),
      };
      app.emit('before-quit', event);
      happened.push(event.defaultPrevented ? 'held back' : 'quit');
    },
    exit: () => happened.push('exit'),
  });
  const close = (what: string) => async (): Promise<void> => {
    happened.push(`close ${what}`);
  };
  const quitting = askBeforeQuitting({
    app: app as never,
    dialog: { showMessageBox: async () => ({ response: 0, checkboxChecked: false }) },
    powerMonitor: new EventEmitter() as never,
    desk: { snapshot, close: close('desk') },
    close: close('rest'),
  });
  return { app, happened, quitting };
}

it('leaves for a newer version as it quits: everything is closed, then nothing holds the app back', async () => {
  const { app, happened, quitting } = rig(empty);
  expect(await quitting.leave(() => app.quit())).toBe(true);
  expect(happened).toEqual(['close desk', 'close rest', 'quit']);
  expect(await quitting.leave(() => happened.push('again'))).toBe(false);
  expect(happened).not.toContain('again');
});

it('does not leave while something runs', async () => {
  const { happened, quitting } = rig({
    ...empty,
    disks: [octopi],
    jobs: [working('copying', 50)],
  });
  expect(await quitting.leave(() => happened.push('left'))).toBe(false);
  expect(happened).toEqual([]);
});

it('ends the app when the way out fails, instead of staying there with nothing open', async () => {
  const { happened, quitting } = rig(empty);
  const leave = quitting.leave(() => {
    throw new Error('the updater is gone');
  });
  expect(await leave).toBe(true);
  expect(happened).toEqual(['close desk', 'close rest', 'exit']);
});
