/**
 * A portrait: what a card or an image says about the Pi it belongs to. What could not be read or is not certain is null or
 * left out. Of the people who use the Pi it holds nothing: no user names, no names of networks, no passwords or keys.
 */

import * as v from 'valibot';

/** As many partitions as a manifest's plan may show. */
export const MAX_VOLUMES = 128;
export const MAX_TEXT_LETTERS = 100;

const text = v.pipe(v.string(), v.maxLength(MAX_TEXT_LETTERS));
const maybeText = v.nullable(text);
const amount = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const maybeAmount = v.nullable(amount);
const maybeTime = v.nullable(v.pipe(v.string(), v.isoTimestamp()));

/** "linux": a system that is none of those before. */
export const systemKinds = [
  'raspberry-pi-os',
  'ubuntu',
  'dietpi',
  'libreelec',
  'home-assistant-os',
  'linux',
] as const;

/** A file system as it describes itself, and what tells whether it was written to since. */
export const volumeSchema = v.object({
  /** As the partition table counts; 0 without one. */
  partition: amount,
  /** "fat32", "ext", "squashfs", … */
  type: text,
  uuid: maybeText,
  label: maybeText,
  /** Of the file system. */
  bytes: maybeAmount,
  freeBytes: maybeAmount,
  /** False: it was in use, or damaged, when the card was taken out. */
  clean: v.nullable(v.boolean()),
  /** When it was mounted for writing the last time, by the clock of who did it. */
  mountedAt: maybeTime,
  /** When its superblock was written the last time; after a clean shutdown that is the time of the shutdown. */
  writtenAt: maybeTime,
  /** Since it was checked the last time. */
  mounts: maybeAmount,
  /** Written to it in its life, in bytes, as far as Linux counted. */
  writtenBytes: maybeAmount,
  /** SHA-256 of what changes with every use: see `portrait-volumes.ts`. Null where nothing can tell. */
  state: v.nullable(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))),
});
export type Volume = v.InferOutput<typeof volumeSchema>;

export const portraitSchema = v.object({
  hostname: maybeText,
  system: v.nullable(
    v.object({
      kind: v.picklist(systemKinds),
      /** "Raspberry Pi OS", "Ubuntu", …; the system's own words, or "Linux card", for "linux". */
      name: text,
      /** "12 (bookworm)", "24.04.1 LTS (Noble Numbat)", "9.7.1". */
      version: maybeText,
      /** Of Debian's or Ubuntu's release. */
      codename: maybeText,
      /** Of an image of Raspberry Pi OS: "Lite", "Desktop", "Full". */
      edition: maybeText,
      /** When that image was built: "2023-10-10". */
      built: maybeText,
    }),
  ),
  /** Of the programs, in Debian's words: "arm64", "armhf". The kernel may be another. */
  architecture: maybeText,
  /** Kernels with modules on the card: "6.1.21-v8+". */
  kernels: v.pipe(v.array(text), v.maxLength(32)),
  /** Families of Pis for which every file is there that they start from; null without boot files. */
  boots: v.nullable(v.pipe(v.array(text), v.maxLength(64))),
  /** The Pi that its newest log names: "Raspberry Pi 4 Model B Rev 1.4". */
  lastModel: maybeText,
  /** The newest time that a file system or one of a few files carries. A Pi has no clock of its own, so it may be wrong. */
  lastWritten: maybeTime,
  /** When the system was shut down cleanly; null when it was not, or never ran. */
  lastShutdown: maybeTime,
  /** "unclean": it lost its power or was pulled out, or a file system noted errors. */
  shutdown: v.nullable(v.picklist(['clean', 'unclean'])),
  /** Of all file systems that can be written. */
  usedBytes: maybeAmount,
  freeBytes: maybeAmount,
  /** "waiting": will be turned on, or set up, at the next start. */
  ssh: v.nullable(v.picklist(['on', 'waiting', 'off'])),
  wifi: v.nullable(v.picklist(['configured', 'waiting', 'none'])),
  firstBoot: v.object({
    /** The system has started at least once; null where nothing tells. */
    started: v.nullable(v.boolean()),
    /** Files that the next start will act on: "userconf.txt". */
    waiting: v.pipe(v.array(text), v.maxLength(16)),
  }),
  /** "Europe/Berlin". */
  timeZone: maybeText,
  software: v.pipe(v.array(v.object({ name: text, version: maybeText })), v.maxLength(64)),
  /** Disk signature of an MBR, or the GUID of a GPT. */
  tableId: maybeText,
  volumes: v.pipe(v.array(volumeSchema), v.maxLength(MAX_VOLUMES)),
});
export type Portrait = v.InferOutput<typeof portraitSchema>;
export type PortraitSystem = NonNullable<Portrait['system']>;
