/** Where unpacked images are kept: what can be made again at any time. */

import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

export interface CachePlace {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  /** `$XDG_CACHE_HOME`; only an absolute path counts (XDG Base Directory Specification 0.8). */
  readonly cacheHome: string | undefined;
}

/** `~/Library/Caches` is left out of backups by Time Machine; elsewhere `$XDG_CACHE_HOME`, or `~/.cache`. */
export function cacheFolderOf({ platform, home, cacheHome }: CachePlace): string {
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'PiKeep', 'unpacked');
  const cache = cacheHome && isAbsolute(cacheHome) ? cacheHome : join(home, '.cache');
  return join(cache, 'pikeep', 'unpacked');
}

/** For this user on this computer. */
export function cacheFolder(): string {
  const cacheHome = process.env['XDG_CACHE_HOME'];
  return cacheFolderOf({ platform: process.platform, home: homedir(), cacheHome });
}
