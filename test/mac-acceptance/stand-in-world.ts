/** The checks' world and stage on the stand-in for a Mac. */

import { chmodSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from '../../scripts/mac-acceptance/check.ts';
import { createRecorder } from '../../scripts/mac-acceptance/recorder.ts';
import { Stage } from '../../scripts/mac-acceptance/stage.ts';
import type { World } from '../../scripts/mac-acceptance/world.ts';
import { writeCardImage } from '../support/mac/card-image.ts';
import type { Harness } from '../support/mac/harness.ts';

export interface StandInWorld extends World {
  readonly allowed: readonly string[];
}

/** Images become cards in a reader; a card's file can be read again when it has left. */
function standIn({ mac, platform }: Harness): StandInWorld {
  const allowed: string[] = [];
  const images = new Map<string, string>();
  let next = 4;
  return {
    real: false,
    system: 'a stand-in',
    places: mac.places,
    platform,
    authorizer: mac.authorizer,
    dialogs: 'unneeded',
    allowed,
    async attach(image) {
      const id = `disk${next}`;
      next += 1;
      mac.insert({ image, id });
      images.set(id, image);
      return id;
    },
    async detach(id) {
      if (mac.state.read().cards.some((card) => card.id === id)) mac.pull(id);
      chmodSync(images.get(id) ?? '', 0o600);
      images.delete(id);
    },
    async allow(right) {
      allowed.push(right);
    },
  };
}

/** A small card and a larger one, and rights for both; all gone when `use` has ended. */
export async function onStage<T>(
  harness: Harness,
  use: (stage: Stage, world: StandInWorld) => Promise<T>,
): Promise<T> {
  const world = standIn(harness);
  const folder = mkdtempSync(join(harness.mac.state.folder, 'acceptance-'));
  const line = `/dev/disk1s1 on ${folder} (apfs, local, journaled, nobrowse, protect)`;
  harness.mac.state.update(({ mounts }) => mounts.push(line));
  const recorder = await createRecorder({
    diskutil: world.places.tools.diskutil,
    devices: world.places.devices,
    folder: join(harness.mac.state.folder, 'recorded'),
    known: [],
  });
  const stage = await Stage.prepare(world, folder, recorder, async (path) => {
    return writeCardImage(path).byteLength;
  });
  try {
    return await use(stage, world);
  } finally {
    await stage.close();
  }
}

/** Name of the check → its verdict. */
export function verdicts(findings: readonly Finding[]): Readonly<Record<string, string>> {
  return Object.fromEntries(findings.map(({ name, verdict }) => [name, verdict]));
}
