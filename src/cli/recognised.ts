/** Whose cards the disks may be, as far as the library and the system's data about them tell. */

import { lastBackupOf } from '../library/last-backup.ts';
import { type Recognition, recogniseAll, recognitionWords } from '../library/recognise.ts';
import type { SeenDisk } from './cards.ts';
import { lastFacts, readPis } from './pis.ts';
import type { Facts } from './printer.ts';
import type { Session } from './session.ts';

export interface Recognised {
  /** "looks like octopi — last backed up 47 days ago"; null for a disk that is no card, or no Pi's and not known. */
  wordsOf(seen: SeenDisk): string | null;
  /** For the rule about backups that begin by themselves. */
  recognitionOf(seen: SeenDisk): Recognition;
  /** `looksLike`, `twins` and `backup` for scripts. */
  factsOf(seen: SeenDisk): Facts;
}

/** A library that does not answer soon is none here: nobody waits for it to see which cards there are. */
const PATIENCE_MS = 3000;

/** Throws INTERRUPTED. */
export async function recogniseCards(
  session: Session,
  seen: readonly SeenDisk[],
): Promise<Recognised> {
  const { pis, naming, now, library } = await readPis(session, { patienceMs: PATIENCE_MS });
  const cards = seen.filter(({ verdict }) => verdict.offer);
  const recognitions = recogniseAll(
    cards.map(({ disk }) => disk),
    pis,
  );
  const isReadable = library.problems.every(({ path }) => path !== library.folder);
  const wordsOf = ({ disk, glance }: SeenDisk): string | null => {
    const recognition = recognitions.get(disk.id);
    if (!recognition || disk.unfinished !== undefined) return null;
    if (recognition.candidates.length === 0 && (glance.pi === 'no' || !isReadable)) return null;
    return recognitionWords(recognition, now, naming);
  };
  return {
    wordsOf,
    recognitionOf: ({ disk }) => recognitions.get(disk.id) ?? { candidates: [], twins: [] },
    factsOf(one) {
      const { candidates = [], twins = [] } = recognitions.get(one.disk.id) ?? {};
      return {
        looksLike: candidates.map(({ pi, likeness }) => ({
          key: pi.key,
          name: naming.nameOf(pi),
          likeness,
          lastBackup: lastFacts(lastBackupOf(pi.backups, now)),
        })),
        twins,
        backup: wordsOf(one),
      };
    },
  };
}
