/** `node scripts/make-cask.ts VERSION ADDRESS ARM64.dmg X64.dmg`: prints the Homebrew cask for two published disk images. */

import { caskOf } from './package/cask.ts';

const [version, address, arm64, x64] = process.argv.slice(2);
if (!version || !address || !arm64 || !x64) {
  console.error('Usage: node scripts/make-cask.ts VERSION ADDRESS ARM64.dmg X64.dmg');
  process.exitCode = 2;
} else {
  process.stdout.write(await caskOf({ version, address }, { arm64, x64 }));
}
