/** Lines of `diskutil activity`, in the form and order of activity-full-session-with-startup-dump.log. */

import type { StandInCard } from './state.ts';

type Volume = { kind: string; name: string; path: string | null };

export function startUpDump(cards: readonly StandInCard[]): readonly string[] {
  return [
    '***Begin monitoring DiskArbitration activity',
    ...['disk0', 'disk0s1', 'disk0s2', 'disk1'].map((id) => appeared(id, null)),
    appeared('disk1s1', { kind: 'apfs', name: 'macOS – data', path: '/System/Volumes/Data/' }),
    ...cards.flatMap(appearances),
    idle(),
  ];
}

/** A reader gets a card: partitions before their whole disk, as recorded; then macOS mounts what it can. */
export function inserted(card: StandInCard): readonly string[] {
  const lines: string[] = [];
  card.partitions.forEach((_, index) => {
    lines.push(stamped(`***DiskPeek ('${card.id}s${index + 1}')`));
  });
  lines.push(stamped(`***DiskPeek ('${card.id}')`), ...appearances({ ...card, mounted: false }));
  if (card.mounted) lines.push(stamped(`***DiskMountApproval (${first(card)}) Comment=Approving`));
  lines.push(idle());
  if (card.mounted) lines.push(changed(card, `file:///Volumes/${card.label}/`), idle());
  return lines;
}

/** Approval is asked twice, as recorded. */
export function unmounted(card: StandInCard): readonly string[] {
  const approval = stamped(`***DiskUnmountApproval (${first(card)}) Comment=Approving`);
  return [approval, approval, changed(card, '<null>'), idle()];
}

/** The whole disk goes first, as recorded. */
export function removed(card: StandInCard): readonly string[] {
  const gone = (id: string, volume: Volume | null) =>
    stamped(`***DiskDisappeared (${described(id, volume)})`);
  const partitions = card.partitions.map((_, index) =>
    gone(`${card.id}s${index + 1}`, volumeOf(card, index)),
  );
  return [gone(card.id, null), ...partitions, idle()];
}

function appearances(card: StandInCard): readonly string[] {
  return [
    ...card.partitions.map((_, index) =>
      appeared(`${card.id}s${index + 1}`, volumeOf(card, index)),
    ),
    appeared(card.id, null),
  ];
}

function volumeOf(card: StandInCard, index: number): Volume | null {
  if (index !== 0) return null;
  return { kind: 'msdos', name: card.label, path: card.mounted ? `/Volumes/${card.label}/` : null };
}

function appeared(id: string, volume: Volume | null): string {
  return stamped(`***DiskAppeared (${described(id, volume)})`);
}

function changed(card: StandInCard, path: string): string {
  return stamped(`***DiskDescriptionChanged ('${card.id}s1', DAVolumePath = '${path}')`);
}

function first(card: StandInCard): string {
  return described(`${card.id}s1`, volumeOf(card, 0));
}

function described(id: string, volume: Volume | null): string {
  const path = volume?.path ? `file://${encodeURI(volume.path)}` : '<null>';
  const kind = volume?.kind ?? '<null>';
  const name = volume?.name ?? '<null>';
  return `'${id}', DAVolumePath = '${path}', DAVolumeKind = '${kind}', DAVolumeName = '${name}'`;
}

function idle(): string {
  return stamped('***DAIdle (no DADiskRef)');
}

function stamped(text: string): string {
  const [day = '', time = ''] = new Date().toISOString().split('T');
  return `${text} Time=${day.replaceAll('-', '')}-${time.slice(0, 8)}.0000`;
}
