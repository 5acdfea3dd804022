/** A program: maps the ext file system in a file and prints what that took, as JSON. Argument: the file. */

import { mapExt } from '../../src/engine/ext-map.ts';
import { withFileDevice } from './file-device.ts';

const before = process.memoryUsage.rss();
const started = performance.now();
const [file = ''] = process.argv.slice(2);
const answer = await withFileDevice(file, async (device) => {
  const map = await mapExt(device);
  return {
    strategy: map.strategy,
    ranges: map.strategy === 'used' ? map.used.length : 0,
    notes: map.strategy === 'used' ? map.notes : [map.reason],
    reads: device.reads,
    bytesRead: device.bytesRead,
  };
});
const milliseconds = performance.now() - started;
const peakBytes = process.resourceUsage().maxRSS * 1024 - before;
process.stdout.write(JSON.stringify({ ...answer, milliseconds, peakBytes }));
