/** What the library keeps in mind of a manifest: a few hundred bytes, whatever the manifest holds. */

import type { StrongIdentity } from '../engine/card.ts';
import type { WeakIdentity } from '../engine/disk.ts';
import type { ImageFormat } from '../engine/image/image-format.ts';
import type { ManifestHead } from './manifest-head.ts';

export interface BackupFacts {
  /** The name the image was given when it was made. */
  readonly imageName: string;
  readonly format: ImageFormat;
  /** Size the image file should have. */
  readonly imageBytes: number;
  /** Size of the card. */
  readonly bytes: number;
  readonly title: string;
  readonly hostname: string | null;
  readonly os: string | null;
  readonly model: string | null;
  readonly weak: WeakIdentity | null;
  readonly strong: StrongIdentity;
  /** When the card was read, and when the image was done (ISO 8601). */
  readonly at: string;
  readonly finishedAt: string;
  readonly contentSha256: string;
  readonly verified: boolean;
  /** Ranges of the card that could not be read. */
  readonly unreadable: number;
  /** Boot checks that failed when it was made. */
  readonly failedChecks: number;
}

/** More partitions and file systems than a card has; a manifest that lists more is not kept in mind. */
const MAX_PARTS = 128;

/** Null for a manifest that no backup of ours would write. */
export function backupFacts(head: ManifestHead): BackupFacts | null {
  const { card, source, image, verified, unreadable, checks, times, portrait } = head;
  const { weak, strong } = card;
  if (strong.fileSystems.length > MAX_PARTS || (weak?.partitions.length ?? 0) > MAX_PARTS) {
    return null;
  }
  // The schema lets the 31st of every month pass.
  if (Number.isNaN(Date.parse(times.started) + Date.parse(times.finished))) return null;
  return {
    imageName: image.file,
    format: image.format,
    imageBytes: image.bytes,
    bytes: source.bytes,
    title: card.title,
    // LibreELEC keeps its name where only the portrait looks for it.
    hostname: card.hostname ?? strong.hostname ?? portrait?.hostname ?? null,
    os: card.os,
    model: card.model,
    weak,
    strong,
    at: times.started,
    finishedAt: times.finished,
    contentSha256: head.content.sha256,
    verified: verified !== null,
    unreadable: unreadable.length,
    failedChecks: checks.filter(({ ok }) => !ok).length,
  };
}
