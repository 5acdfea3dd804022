/** Puts a manifest together from what the backup saw. */

import * as path from 'node:path';
import type { BlockDevice } from '../engine/block-device.ts';
import type { Card } from '../engine/card.ts';
import type { Check } from '../engine/checks.ts';
import type { DamagedRange } from '../engine/damage.ts';
import { type Disk, weakIdentity } from '../engine/disk.ts';
import { PiKeepError } from '../engine/errors.ts';
import type { ReadBackMethod } from '../engine/image/image-file.ts';
import type { ImageFacts } from '../engine/image/image-writer.ts';
import type { Manifest } from '../engine/image/manifest.ts';
import { type MapEntry, mapSha256 } from '../engine/image/map.ts';
import type { Portrait } from '../engine/portrait-schema.ts';
import type { UsedMap } from '../engine/used-map.ts';
import { VERSION } from '../version.ts';

export interface ManifestFacts {
  readonly disk: Disk;
  readonly card: Card;
  readonly device: BlockDevice;
  readonly imagePath: string;
  readonly stored: ImageFacts;
  readonly map: readonly MapEntry[];
  readonly plan: UsedMap;
  readonly plainSha256: string | null;
  /** Null: not proven. */
  readonly method: ReadBackMethod | null;
  readonly checks: readonly Check[];
  /** What the card did not give, and what lies there. */
  readonly unreadable: readonly DamagedRange[];
  /** Of the image, not of the card: what it will say whenever it is asked. */
  readonly portrait: Portrait;
  readonly times: {
    readonly started: Date;
    readonly copied: Date;
    readonly finished: Date;
    /** As ISO 8601. */
    readonly continued: readonly string[];
  };
}

export function buildManifest(facts: ManifestFacts): Manifest {
  const { card, device, times } = facts;
  const { identity } = card;
  return {
    schema: 1,
    card: {
      weak: { ...weakIdentity(facts.disk), partitions: [...weakIdentity(facts.disk).partitions] },
      strong: { ...identity, fileSystems: [...identity.fileSystems] },
      title: card.title,
      label: card.label,
      hostname: card.hostname,
      os: card.os,
      model: facts.portrait.lastModel,
      pi: card.pi,
    },
    source: { bytes: device.size, sectorBytes: device.sectorSize },
    image: imageOf(facts),
    map: [...facts.map],
    content: { sha256: mapSha256(facts.map), plainSha256: facts.plainSha256 },
    partitions: card.partitions.map((part) => ({
      index: part.index,
      offset: part.offset,
      bytes: part.bytes,
      type: part.typeName,
      fileSystem: part.fileSystem,
      ...useOf(facts.plan, part.index),
    })),
    unreadable: facts.unreadable.map(({ files, ...range }) => ({ ...range, files: [...files] })),
    verified: facts.method && { at: times.finished.toISOString(), method: facts.method },
    checks: [...facts.checks],
    warnings: [...card.table.problems, ...facts.plan.notes],
    times: {
      started: times.started.toISOString(),
      copied: times.copied.toISOString(),
      finished: times.finished.toISOString(),
      ...(times.continued.length > 0 ? { continued: [...times.continued] } : {}),
    },
    portrait: facts.portrait,
    tool: { name: 'PiKeep', version: VERSION },
  };
}

function imageOf({ imagePath, stored }: ManifestFacts): Manifest['image'] {
  const { format, bytes, blocks } = stored;
  const image = { file: path.basename(imagePath), format, bytes };
  return blocks ? { ...image, blocks: { ...blocks, lengths: [...blocks.lengths] } } : image;
}

/** What the map says of a partition, in the manifest's words. */
export function useOf(
  plan: UsedMap,
  index: number,
): Pick<Manifest['partitions'][number], 'usedBytes' | 'strategy' | 'reason' | 'journal'> {
  const use = plan.partitions.find((candidate) => candidate.index === index);
  if (!use) throw new PiKeepError('INTERNAL', { detail: `partition ${index} is not in the map` });
  const { usedBytes, strategy, reason, journal } = use;
  return { usedBytes, strategy, reason, journal };
}
