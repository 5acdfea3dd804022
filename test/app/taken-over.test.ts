import { describe, expect, it } from 'vitest';
import { appRig, withoutChromium } from './rig.ts';

const start = appRig();

/** Run in the page, in its own world, as a script that got into it would be. */
const ATTEMPTS = `(async () => {
  const outcome = (attempt) => attempt.then(() => 'done', () => 'refused');
  const inline = document.createElement('script');
  inline.textContent = 'document.title = "owned"';
  document.body.append(inline);
  const traversal = fetch('/%2e%2e/%2e%2e/package.json').then((response) => {
    if (!response.ok) throw new Error();
  });
  return {
    fetch: await outcome(fetch('https://example.org/')),
    traversal: await outcome(traversal),
    title: document.title,
    node: ['require', 'process', 'module'].filter((name) => name in window),
  };
})()`;

const WRONG_MESSAGES = `(async () => {
  const codes = [];
  const wrong = [null, 'backup', { command: 'rm' }, { command: 'cancel' }, 'x'.repeat(300000)];
  for (const message of wrong) codes.push((await window.pikeep.send(message)).problem?.code);
  const asked = [];
  for (const query of wrong) asked.push((await window.pikeep.ask(query).answer).problem?.code);
  const right = window.pikeep.ask({ ask: 'loose', search: '', offset: 0, limit: 1 });
  const { ok } = await right.answer;
  // What has been answered is not there any more to be dropped.
  right.cancel();
  return { codes, asked, ok, names: Object.keys(window.pikeep), frozen: Object.isFrozen(window.pikeep) };
})()`;

describe.skipIf(withoutChromium)('a page that has been taken over', () => {
  it.each(['frame inside', 'foreign page', 'frame that is gone'])(
    'is not obeyed when it speaks from a %s',
    async (how) => {
      const app = await start();
      await app.page();
      const command = { command: 'set-eject-when-done', value: true };
      expect(await app.doing('forge command', how, command)).toMatchObject({
        ok: false,
        problem: { code: 'STRANGER' },
      });
      expect(await app.doing('forge command', 'main frame', command)).toEqual({ ok: true });
    },
    60_000,
  );

  it('cannot leave, open windows, reach the network, or be granted anything', async () => {
    const app = await start();
    const page = await app.page();
    await page.evaluate("location.href = 'https://example.org/'");
    await app.until('the navigation is stopped', ({ preventedNavigations }) =>
      preventedNavigations.includes('https://example.org/'),
    );
    expect(page.url()).toContain('panel.pikeep');
    await page.evaluate("void window.open('https://example.org/')");
    await app.until('the window is denied', ({ deniedWindows }) => deniedWindows.length === 1);
    const answers = await page.evaluate(ATTEMPTS);
    expect(answers).toEqual({ fetch: 'refused', traversal: 'refused', title: 'PiKeep', node: [] });
    expect(app.world.strayRequests).toEqual([]);
    for (const permission of ['media', 'clipboard-read', 'usb']) {
      expect(await app.doing('ask for permission', permission)).toEqual({
        asked: false,
        checked: false,
        device: false,
      });
    }
  }, 60_000);

  it('gets a plain refusal for a message of the wrong form or size, and nothing but the five functions', async () => {
    const app = await start();
    const page = await app.page();
    const answers = await page.evaluate(WRONG_MESSAGES);
    expect(answers).toEqual({
      codes: Array(5).fill('BAD_MESSAGE'),
      asked: Array(5).fill('BAD_MESSAGE'),
      ok: true,
      names: ['subscribe', 'send', 'ask', 'onTold', 'openOut'],
      frozen: true,
    });
  }, 60_000);
});
