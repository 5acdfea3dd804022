/** Makes the next read come from the device, not from memory. Needs root. */

import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';

export function dropPageCache(): void {
  // Only clean pages are dropped, so everything is written out first.
  execFileSync('sync');
  writeFileSync('/proc/sys/vm/drop_caches', '3');
}
