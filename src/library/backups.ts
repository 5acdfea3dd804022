/** What is known of a backup, and which of them is of the card at hand. */

import type { StrongIdentity } from '../engine/card.ts';
import type { WeakIdentity } from '../engine/disk.ts';
import type { ImageFormat } from '../engine/image/image-format.ts';
import { compareIdentifiers, seemsSameCard } from '../engine/same-card.ts';

export interface Backup {
  /** Full path of the image, which was there a moment ago. */
  readonly path: string;
  readonly title: string;
  /** When the card was read (ISO 8601). */
  readonly at: string;
  readonly format: ImageFormat;
  /** Size of the card and of the unpacked image. */
  readonly bytes: number;
  readonly weak: WeakIdentity | null;
  readonly strong: StrongIdentity;
  /** Proven when it was made. */
  readonly verified: boolean;
  /** Ranges of the card that could not be read. */
  readonly unreadable: number;
}

/** "same": the card itself said so. "seems": so it looks without having read it. */
export type Likeness = 'same' | 'seems';

/** What of a backup tells whose it is. */
export type Identified = Pick<Backup, 'bytes' | 'weak' | 'strong'>;

/** A card as `matchBackups` looks at it. */
export interface CardIdentity {
  readonly bytes: number;
  readonly weak: WeakIdentity | null;
  /** Null where the card could not be read. */
  readonly strong: StrongIdentity | null;
}

/** The backups of a card, in the order given. What was read off the card outweighs what the system shows of it. */
export function matchBackups<B extends Identified>(
  backups: readonly B[],
  card: CardIdentity,
): readonly { readonly backup: B; readonly likeness: Likeness }[] {
  return backups.flatMap((backup) => {
    const likeness = likenessOf(backup, card);
    return likeness === null ? [] : [{ backup, likeness }];
  });
}

/** Whether a card is the one that `backup` was made of. */
export function likenessOf(
  backup: Identified,
  { bytes, weak, strong }: CardIdentity,
): Likeness | null {
  if (backup.bytes !== bytes) return null;
  const read = strong === null ? 'nothing known' : compareIdentifiers(backup.strong, strong);
  if (read !== 'nothing known') return read === 'same' ? 'same' : null;
  return weak !== null && backup.weak !== null && seemsSameCard(backup.weak, weak) ? 'seems' : null;
}
