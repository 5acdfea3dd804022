/** `npm run demo`: the whole of PiKeep on a sample card, without a card reader. The same as `pikeep demo`. */

import { runCommandLine } from '../src/cli/command-line.ts';
import { buildPanel } from './build-panel.ts';

const options = process.argv.slice(2);
if (options.includes('--panel')) await buildPanel();
await runCommandLine(['demo', ...options]);
