/**
 * A FAT volume: its marks, both copies of its table, FSInfo, and every chain of clusters. Sources: Microsoft FAT
 * specification 1.03; Linux fs/fat/fatent.c and fsck.fat for the marks "in use".
 */

import { english } from '../language/english.ts';
import { type BlockDevice, readUpTo } from './block-device.ts';
import { ByteReader, MalformedBytes } from './bytes.ts';
import { type FatReader, fsInfoOffset, openFatReader } from './fat-reader.ts';
import { FatTable } from './fat-table.ts';
import type { Finding } from './health.ts';

const CHECK_IT = english`The Pi checks it when it starts; on a Linux computer “fsck.vfat -a” on the card’s partition does.`;
const PIECE_BYTES = 256 * 1024;

/** `window` is the partition. Device errors pass through. */
export async function findFatFaults(window: BlockDevice): Promise<Finding[]> {
  const reader = await openFatReader(window);
  if (!reader) {
    const detail = english`Its boot sector makes no sense, or it is longer than its partition.`;
    return [{ state: 'fail', detail, next: english`Restore an older backup.` }];
  }
  try {
    return [
      ...(await marks(reader)),
      ...(await differingTables(reader)),
      ...(await oddInfo(reader)),
      ...(await spareBootSector(reader)),
    ];
  } catch (error) {
    if (!(error instanceof MalformedBytes)) throw error;
    return [{ state: 'fail', detail: english`It is damaged (${error.message}).`, next: CHECK_IT }];
  }
}

/** Linux sets a bit in the boot sector while it writes; Windows and macOS clear one in the second entry of the table. */
async function marks({ boot, geometry, window }: FatReader): Promise<Finding[]> {
  const { bits } = geometry;
  const state = boot.u8(bits === 32 ? 65 : 37);
  const second = bits === 12 ? null : await new FatTable(window, geometry, 0).entry(1);
  const [clean, sound] = bits === 32 ? [0x08000000, 0x04000000] : [0x8000, 0x4000];
  const wasInUse = (state & 1) !== 0 || (second !== null && (second & clean) === 0);
  const hadErrors = (state & 2) !== 0 || (second !== null && (second & sound) === 0);
  const findings: Finding[] = [];
  if (wasInUse) {
    const detail = english`It was in use when the card was taken out or lost its power.`;
    findings.push({ state: 'remark', detail, next: CHECK_IT });
  }
  if (hadErrors) {
    const detail = english`Somebody noted in it that the card could not be read or written everywhere.`;
    findings.push({
      state: 'remark',
      detail,
      next: english`Make sure of another backup; the card may be worn.`,
    });
  }
  return findings;
}

async function differingTables({ geometry, window }: FatReader): Promise<Finding[]> {
  const { fatOffset, fatBytes, fats } = geometry;
  if (fats < 2) return [];
  let differing = 0;
  for (let at = 0; at < fatBytes; at += PIECE_BYTES) {
    const length = Math.min(PIECE_BYTES, fatBytes - at);
    const first = await readUpTo(window, fatOffset + at, length);
    const second = await readUpTo(window, fatOffset + fatBytes + at, length);
    if (Buffer.compare(first, second) !== 0) differing++;
  }
  if (differing === 0) return [];
  const detail = english`The two copies of its table of clusters are not the same; a Pi uses the first.`;
  return [{ state: 'remark', detail, next: CHECK_IT }];
}

/** Counts are hints and are not judged; a sector that is none is. */
async function oddInfo(reader: FatReader): Promise<Finding[]> {
  const at = fsInfoOffset(reader);
  if (at === null) return [];
  const info = new ByteReader(await readUpTo(reader.window, at, 512));
  const { clusters } = reader.geometry;
  const free = info.u32(488);
  const next = info.u32(492);
  const isInfo = info.u32(0) === 0x41615252 && info.u32(484) === 0x61417272;
  const isPlausible =
    (free === UNKNOWN || free <= clusters) && (next === UNKNOWN || next < clusters + 2);
  if (isInfo && isPlausible) return [];
  const detail = english`Its note of how much is free (FSInfo) makes no sense; systems count again then.`;
  return [{ state: 'remark', detail, next: CHECK_IT }];
}

const UNKNOWN = 0xffffffff;

/** Linux marks only the first one as in use, so that byte may differ. */
async function spareBootSector({ boot, geometry, window }: FatReader): Promise<Finding[]> {
  const sector = geometry.bits === 32 ? boot.u16(50) : 0;
  if (sector === 0 || sector === 0xffff) return [];
  const spare = await readUpTo(window, sector * boot.u16(11), 512);
  const own = boot.bytes.slice();
  if (spare.length === own.length) spare[65] = own[65] ?? 0;
  if (Buffer.compare(spare, own) === 0) return [];
  const detail = english`The spare copy of its boot sector is not the same as the one in use.`;
  return [{ state: 'remark', detail, next: CHECK_IT }];
}
