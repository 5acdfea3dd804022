/** A process of its own that writes into a log: FOLDER NAME LINES FILE-BYTES. */

import { openLog } from '../../src/platform/log.ts';

const [folder = '', name = '', lines = '0', fileBytes = '0'] = process.argv.slice(2);
const log = openLog({ folder, fileBytes: Number(fileBytes) });
for (let at = 0; at < Number(lines); at += 1) {
  log.write('phase', {
    job: log.mark('one job'),
    offset: Number(name),
    bytes: at,
    tried: 'read card '.repeat(8),
  });
}
