/**
 * For a machine that nobody sits at: allows one right for one device, and takes that back whatever happens. It changes the
 * Mac's authorization database through `sudo security authorizationdb` (man security), so it has to be asked for.
 */

import { execFileSync } from 'node:child_process';

export interface RightTools {
  readonly sudo: string;
  readonly security: string;
}

export const systemRightTools: RightTools = {
  sudo: '/usr/bin/sudo',
  security: '/usr/bin/security',
};

/** The rights of authopen for a raw disk, and no others. */
const RIGHT = /^sys\.openfile\.(readonly|readwrite)\.\/dev\/rdisk[1-9]\d*$/;

export class Rights {
  readonly #tools: RightTools;
  readonly #held = new Set<string>();

  /** From here on, the end of this process takes back what is still allowed, also when a signal ends it. */
  constructor(tools: RightTools = systemRightTools) {
    this.#tools = tools;
    process.on('exit', () => this.takeBack());
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => process.exit(1));
    }
  }

  /** Throws for any other right, and when sudo would have to ask. Whatever was allowed before is taken back first. */
  allow(right: string): void {
    if (!RIGHT.test(right)) throw new Error(`not a right for a raw disk: ${right}`);
    if (this.#held.has(right)) return;
    this.takeBack();
    // Noted first: what is interrupted half-way is taken back too.
    this.#held.add(right);
    this.#security('write', right, 'allow');
  }

  takeBack(): void {
    for (const right of this.#held) {
      this.#security('remove', right);
      this.#held.delete(right);
    }
  }

  #security(...args: readonly string[]): void {
    const { sudo, security } = this.#tools;
    execFileSync(sudo, ['-n', security, 'authorizationdb', ...args], { stdio: 'pipe' });
  }
}
