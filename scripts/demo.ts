/** `npm run demo`: the whole of PiKeep on a sample card, without a card reader. The same as `pikeep demo`. */

import { runCommandLine } from '../src/cli/command-line.ts';

await runCommandLine(['demo', ...process.argv.slice(2)]);
