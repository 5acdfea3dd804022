/**
 * Finds cards that claim to be larger than they are, before anything of value is written to them. Beyond their true size such
 * cards lose what is written, or write it over an earlier place, mostly because the upper bits of an address are ignored
 * (https://fight-flash-fraud.readthedocs.io describes both kinds).
 */

import { randomBytes } from 'node:crypto';
import { type BlockDevice, readUpTo } from './block-device.ts';
import { MAP_ALIGNMENT } from './chunks.ts';
import { isPiKeepError, PiKeepError } from './errors.ts';
import type { RestoreLayout } from './restore-layout.ts';
import { type Marker, markerBlock, type SavedBlock } from './unfinished.ts';
import type { WritableDevice } from './writable-device.ts';

/** The smallest true size that is looked for: 2^20 bytes. */
const SMALLEST_POWER = 20;
/** Random bytes at the end of a marked block tell it from that of every other restore. */
const NONCE_BYTES = 1024;

/**
 * Writes the mark over sector 0 and the headers of a GPT. Sector 0 comes first and alone: whatever a power cut makes of the
 * rest, the card is then either as it was or carries the mark. Resolves when all of it is on the card. Throws WRITE_FAILED,
 * WRITE_PROTECTED, DEVICE_GONE; CARD_NOT_AS_WRITTEN when the card has kept nothing of it, which is how worn-out cards protect
 * what is on them.
 */
export async function writeMark(
  target: WritableDevice,
  layout: RestoreLayout,
  marker: Marker,
): Promise<void> {
  const block = markedBlock(marker);
  await target.write(block.slice(0, target.sectorSize), 0);
  await target.flush();
  for (const { offset, bytes } of layout.marked) {
    const data = new Uint8Array(bytes);
    for (let at = 0; at < bytes; at += block.length) {
      data.set(block.subarray(0, Math.min(block.length, bytes - at)), at);
    }
    await target.write(data, offset);
  }
  await target.flush();
  const kept = await readUpTo(target, 0, Math.min(block.length, target.size));
  if (Buffer.compare(kept, block.subarray(0, kept.length)) === 0) return;
  const facts = { disk: target.path, offset: 0, bytes: kept.length, ranges: 1 };
  throw new PiKeepError('CARD_NOT_AS_WRITTEN', facts);
}

/**
 * Writes a block to the very end of a card that carries the mark, and reads it back: it has to be there, and it may not have
 * changed an earlier place. That place is looked for wherever the address of the last block leads when only its lower 20, 21,
 * 22 … bits count. Reads answer from the medium (the port's devices go past the cache of the system); a cache within the card
 * may still hide something, and sizes that are no power of two are not looked for: both are left to the verification at the end.
 *
 * An earlier place that cannot be read says nothing. Throws FAKE_CAPACITY, WRITE_FAILED, READ_FAILED of the last block, DEVICE_GONE. Putting the saved last MiB back then heals the earlier place as
 * well: two addresses of one place gave the same data when they were read.
 */
export async function probeCapacity(target: WritableDevice, layout: RestoreLayout): Promise<void> {
  const last = target.size - MAP_ALIGNMENT;
  if (last < layout.headEnd) return;
  const mark = await readUpTo(target, 0, MAP_ALIGNMENT);
  const suspects = await readSuspects(target, last);
  const probe = new Uint8Array(MAP_ALIGNMENT);
  // The start of the block stays what `writeMark` made it where that is a marker.
  probe.set(mark);
  probe.set(randomBytes(NONCE_BYTES), MAP_ALIGNMENT - NONCE_BYTES);
  await target.write(probe, last);
  await target.flush();
  const isLost = Buffer.compare(await readUpTo(target, last, probe.length), probe) !== 0;
  const changed: Suspect[] = [];
  for (const suspect of suspects) {
    if ((await holds(target, suspect.offset, suspect.data)) === false) changed.push(suspect);
  }
  const wrapsAt = (await seenAgain(target, layout, mark)) ?? changed[0]?.realBytes ?? null;
  if (!isLost && wrapsAt === null) return;
  const facts = { disk: target.path, claimedBytes: target.size, realBytes: wrapsAt };
  throw new PiKeepError('FAKE_CAPACITY', facts);
}

/** A block that the last one would be written over if the card had only `realBytes`. */
interface Suspect extends SavedBlock {
  readonly realBytes: number;
}

async function readSuspects(device: BlockDevice, last: number): Promise<Suspect[]> {
  const suspects: Suspect[] = [];
  for (let realBytes = 2 ** SMALLEST_POWER; realBytes <= last; realBytes *= 2) {
    const offset = last % realBytes;
    if (offset + MAP_ALIGNMENT > last) continue;
    const data = await readIfPossible(device, offset, MAP_ALIGNMENT);
    if (data) suspects.push({ offset, data, realBytes });
  }
  return suspects;
}

/** The smallest power of two at which the start of the card, with the mark's random bytes, appears a second time. */
async function seenAgain(
  device: BlockDevice,
  { marked }: RestoreLayout,
  mark: Uint8Array,
): Promise<number | null> {
  for (let at = 2 ** SMALLEST_POWER; at + mark.length <= device.size; at *= 2) {
    const isOurs = marked.some(({ offset, bytes }) => offset <= at && at < offset + bytes);
    if (!isOurs && (await holds(device, at, mark))) return at;
  }
  return null;
}

/** Null where it cannot be read. */
async function holds(
  device: BlockDevice,
  offset: number,
  data: Uint8Array,
): Promise<boolean | null> {
  const found = await readIfPossible(device, offset, data.length);
  return found && Buffer.compare(found, data) === 0;
}

async function readIfPossible(
  device: BlockDevice,
  offset: number,
  bytes: number,
): Promise<Uint8Array | null> {
  try {
    return await readUpTo(device, offset, bytes);
  } catch (error) {
    if (!isPiKeepError(error, 'READ_FAILED')) throw error;
    return null;
  }
}

function markedBlock(marker: Marker): Uint8Array {
  const block = markerBlock(marker);
  block.set(randomBytes(NONCE_BYTES), block.length - NONCE_BYTES);
  return block;
}
