/** A home with cards and backups in it, and the panel that runs there: the real program on real images. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { makeCard } from '../make-card.ts';
import { type PanelProcess, startPanel } from '../panel-process.ts';

const GIB = 1024 ** 3;
const program = resolve(import.meta.dirname, '../../src/cli/main.ts');

/** What the cards are called on the pictures. */
const LARGE_CARD = 'SD card.img';
export const SPARE_CARD = 'USB reader.img';

export interface Reader {
  /** The page to open in a browser; good for one browser. */
  readonly page: string;
  /** Puts a card in, all at once. */
  insert(card: 'large' | 'spare'): Promise<void>;
  end(): Promise<void>;
}

/** Backs two Pis up, makes the card of a third, larger one, and starts the panel. Needs what `make-card.ts` needs. */
export async function openReader(): Promise<Reader> {
  const folder = await mkdtemp(join(tmpdir(), 'pikeep-pictures-'));
  const slot = join(folder, 'slot');
  const env = {
    ...process.env,
    // Its library is ~/PiKeep, and its words are English, wherever the pictures are made.
    ...{ HOME: join(folder, 'home'), TZ: 'UTC', LANG: 'en_US.UTF-8', LC_ALL: 'C.UTF-8' },
    ...{ XDG_CONFIG_HOME: undefined, XDG_STATE_HOME: undefined, XDG_CACHE_HOME: undefined },
  };
  let panel: PanelProcess | null = null;
  const end = async (): Promise<void> => {
    await panel?.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await mkdir(slot);
    await mkdir(env.HOME);
    for (const hostname of ['pihole', 'weather']) {
      const out = join(slot, `${hostname}.img`);
      await makeCard({ out, hostname, seed: hostname });
      await runToEnd(['backup', `${hostname}.img`, '--slot', slot], env);
      await rename(out, join(folder, `${hostname}.img`));
    }
    const large = join(folder, 'large');
    await makeCard({ out: large, size: 8 * GIB, data: 1.4 * GIB, seed: 'pictures' });
    panel = await startPanel({ args: ['--no-notify', '--slot', slot], env });
    const { page } = panel;
    const cards = { large, spare: join(folder, 'weather.img') };
    const insert = (card: keyof typeof cards) => rename(cards[card], join(slot, nameOf(card)));
    return { page, insert, end };
  } catch (error) {
    await end();
    throw error;
  }
}

function nameOf(card: 'large' | 'spare'): string {
  return card === 'large' ? LARGE_CARD : SPARE_CARD;
}

async function runToEnd(args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const child = spawn(process.execPath, [program, ...args], { env, stdio: 'ignore' });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`pikeep ${args.join(' ')} ended with ${code}`);
}
