/**
 * Where newer versions of the package come from. There is one source: the file that packaging puts beside the archive when it
 * is told of a feed, and that the signature of the app covers. No setting, argument or answer of the network names another.
 */

import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../engine/errors.ts';

/** As electron-builder calls it; electron-updater looks there for the folder of its downloads. */
export const FEED_FILE = 'app-update.yml';

const MAX_ADDRESS = 512;

/**
 * The address of a folder, without the slash at its end. Throws, in words for whoever makes the package, for anything but
 * plain https: a name or a password in it would be in every copy, and a query would be sent with every request.
 */
export function checkedFeed(address: string): string {
  const url = URL.parse(address);
  if (url === null) throw new Error(`the feed is no address: ${address.slice(0, 100)}`);
  if (url.protocol !== 'https:') throw new Error('the feed is not https');
  if (url.username !== '' || url.password !== '')
    throw new Error('the feed has a name or a password in it');
  if (/[?#]/.test(address)) throw new Error('the feed has a query or a fragment');
  // What is left needs no quoting in the file, and means the same to every parser of addresses.
  if (!/^https:\/\/[a-z0-9.-]+(:\d+)?(\/[\w.~-]+)+$/.test(address) || address !== url.href)
    throw new Error('the feed is no folder of a server, in plain letters');
  if (address.length > MAX_ADDRESS) throw new Error('the feed is too long');
  return address;
}

/** The file's whole text. The folder of downloads is the one that electron-builder makes of the product's name. */
export function feedFileOf(feed: string): string {
  const lines = { provider: 'generic', url: feed, updaterCacheDirName: 'pikeep-updater' };
  return Object.entries(lines)
    .map(([name, value]) => `${name}: ${value}\n`)
    .join('');
}

/**
 * The feed of this package; null for one that was made without. Throws for a file that packaging did not write, which has no
 * feed then.
 *
 * @param folder - Where the package keeps what lies beside its archive (Electron's `process.resourcesPath`).
 */
export async function readFeed(folder: string): Promise<string | null> {
  const text = await startOf(join(folder, FEED_FILE));
  if (text === null) return null;
  const address = /^url: (.*)$/m.exec(text)?.[1] ?? '';
  const feed = checkedFeed(address);
  if (text !== feedFileOf(feed)) throw new Error(`${FEED_FILE} is not as packaging writes it`);
  return feed;
}

/** As much of the file as a right one can have, and a little more. */
async function startOf(path: string): Promise<string | null> {
  try {
    const file = await open(path, 'r');
    try {
      const bytes = Buffer.alloc(2 * MAX_ADDRESS);
      const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
      return bytes.toString('utf8', 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw error;
  }
}
