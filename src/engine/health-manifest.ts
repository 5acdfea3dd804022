/** What lies beside an image: does its manifest make sense, does it belong to this image, does the block map say the same? */

import { english } from '../language/english.ts';
import { MalformedBytes } from './bytes.ts';
import type { Card, StrongIdentity } from './card.ts';
import type { Range } from './chunks.ts';
import { invert, toExtents } from './extents.ts';
import { checkOf, type Finding, type HealthCheck } from './health.ts';
import { parseBmap } from './image/bmap-reader.ts';
import type { Manifest } from './image/manifest.ts';

const OTHER = english`Put each manifest (NAME.pikeep.json) beside the image that it was made with.`;
const SET_CLOCK = english`Nothing has to be done; the clock of the computer was probably set.`;

/** A manifest that could be read, held against itself and against the image. `card`: null where the image cannot be read. */
export function checkManifest(
  manifest: Manifest,
  image: { readonly fileBytes: number; readonly bytes: number; readonly card: Card | null },
): HealthCheck {
  const { source, partitions, unreadable, verified } = manifest;
  const findings: Finding[] = [];
  const fail = (detail: string): void => void findings.push({ state: 'fail', detail, next: OTHER });
  if (manifest.image.bytes !== image.fileBytes || source.bytes !== image.bytes) {
    fail(
      english`The manifest describes an image of ${source.bytes} bytes in a file of ${manifest.image.bytes}, and this is one of ${image.bytes} in a file of ${image.fileBytes}.`,
    );
  } else if (image.card && isOther(manifest, image.card)) {
    fail(english`The manifest beside this image describes another card.`);
  }
  const isInside = ({ offset, bytes }: Range): boolean => offset + bytes <= source.bytes;
  if (!unreadable.every(isInside))
    fail(english`The manifest names unreadable ranges behind the end of the card.`);
  if (partitions.some(({ usedBytes, bytes }) => usedBytes !== null && usedBytes > bytes)) {
    fail(english`The manifest calls more of a partition used than it has.`);
  }
  const { started, copied, finished } = manifest.times;
  const times = [started, copied, finished].map((at) => Date.parse(at));
  if (times.some((at, index) => at < (times[index - 1] ?? at))) {
    const detail = english`By the manifest the backup was finished before it was started.`;
    findings.push({ state: 'remark', detail, next: SET_CLOCK });
  }
  const fine =
    verified === null
      ? english`The backup was made on ${day(started)}, and was not proven then.`
      : english`The backup was made on ${day(started)}.`;
  return checkOf('manifest', fine, findings);
}

/** No manifest that could be used. `why`: null where there is none at all. */
export function checkNoManifest(why: string | null): HealthCheck {
  const detail =
    why === null
      ? english`There is no manifest beside this image, so nothing says what it should contain.`
      : english`The manifest beside this image cannot be used (${why}), so nothing says what it should contain.`;
  const next = english`If it is a backup of PiKeep, put its manifest (NAME.pikeep.json) back beside it.`;
  return checkOf('manifest', '', [{ state: 'remark', detail, next }]);
}

/** Of the identifiers that both have, not one is the same: damage does not do that, another card does. */
function isOther({ card }: Manifest, { identity }: Card): boolean {
  const wanted = identifiersOf(card.strong);
  const known = [...identifiersOf(identity)].filter(([what]) => wanted.has(what));
  return known.length > 0 && known.every(([what, id]) => wanted.get(what) !== id);
}

function identifiersOf({ tableId, fileSystems }: StrongIdentity): Map<string, string> {
  return new Map([
    ...(tableId === null ? [] : [['table', tableId] as const]),
    ...fileSystems.map(({ index, uuid }) => [`partition ${index}`, uuid] as const),
  ]);
}

/** `text`: of the block map beside the image. `map`: null without a manifest. */
export function checkBlockMap(
  text: string,
  bytes: number,
  map: readonly Range[] | null,
): HealthCheck {
  const next = english`Delete the block map (.bmap); bmaptool works without one, too.`;
  const findings: Finding[] = [];
  try {
    const bmap = parseBmap(text);
    const own = toExtents(bmap.ranges);
    const isSame = map === null || sameRanges(own, toExtents(map), bytes);
    if (bmap.imageBytes !== bytes || !isSame) {
      const detail = english`The block map beside this image does not describe it, so bmaptool would write something else.`;
      findings.push({ state: 'remark', detail, next });
    }
  } catch (error) {
    if (!(error instanceof MalformedBytes)) throw error;
    const detail = english`The block map beside this image cannot be used (${error.message}).`;
    findings.push({ state: 'remark', detail, next });
  }
  return checkOf('block map', english`The block map for bmaptool agrees.`, findings);
}

function sameRanges(left: readonly Range[], right: readonly Range[], bytes: number): boolean {
  const [one, other] = [left, right].map((set) => JSON.stringify(invert(set, bytes)));
  return one === other;
}

/** The day in universal time, which reads the same everywhere. */
export function day(at: string): string {
  return at.slice(0, 10);
}
