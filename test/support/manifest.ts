/** A manifest of a small backup, as the real pipeline would write it. */

import type { StrongIdentity } from '../../src/engine/card.ts';
import type { WeakIdentity } from '../../src/engine/disk.ts';
import type { Manifest } from '../../src/engine/image/manifest.ts';
import { type MapEntry, mapSha256 } from '../../src/engine/image/map.ts';

export interface ManifestOptions {
  readonly title?: string;
  /** ISO 8601. */
  readonly at?: string;
  /** Of the card. */
  readonly bytes?: number;
  readonly weak?: WeakIdentity;
  readonly strong?: StrongIdentity;
  readonly map?: readonly MapEntry[];
  readonly format?: Manifest['image']['format'];
  readonly blocks?: Manifest['image']['blocks'];
  readonly verified?: boolean;
}

export function manifestOf(file: string, options: ManifestOptions = {}): Manifest {
  const { title = 'octopi', at = '2026-11-22T16:40:00.000Z', bytes = 8192, map = [] } = options;
  const { strong = { tableId: '5e3da3da', fileSystems: [], hostname: title } } = options;
  const { format = 'img', blocks, weak } = options;
  return {
    schema: 1,
    card: {
      weak: weak ? { ...weak, partitions: [...weak.partitions] } : null,
      strong: { ...strong, fileSystems: [...strong.fileSystems] },
      title,
      label: null,
      hostname: title,
      os: null,
      model: null,
      pi: 'yes',
    },
    source: { bytes, sectorBytes: 512 },
    image: { file, format, bytes, ...(blocks ? { blocks } : {}) },
    map: [...map],
    content: { sha256: mapSha256(map), plainSha256: null },
    partitions: [],
    unreadable: [],
    verified: (options.verified ?? true) ? { at, method: 'read-back' } : null,
    checks: [],
    warnings: [],
    times: { started: at, copied: at, finished: at },
    tool: { name: 'PiKeep', version: '0' },
  };
}
