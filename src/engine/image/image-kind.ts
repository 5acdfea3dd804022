/** What a file is, told by its first bytes; its name can say anything. */

import { english } from '../../language/english.ts';
import type { PackedForm } from './unpacker.ts';

/** A plain image, a packed one, or something that is no image of a card, in words: "a web page". */
export type ImageKind =
  | { readonly kind: 'raw' }
  | { readonly kind: 'packed'; readonly form: PackedForm }
  | { readonly kind: 'foreign'; readonly what: string };

/** Bytes of the start of a file that are enough to tell. */
export const KIND_BYTES = 512;

/** How one kind of file begins. */
interface Signature {
  readonly at: number;
  /** Latin-1. */
  readonly text: string;
}

const starts = (text: string, at = 0): Signature => ({ at, text });

const packed: readonly (readonly [Signature, PackedForm])[] = [
  [starts('\x1f\x8b'), 'gzip'],
  [starts('\x28\xb5\x2f\xfd'), 'zstd'],
  [starts('\xfd7zXZ\0'), 'xz'],
  [starts('PK\x03\x04'), 'zip'],
  // A zip without any file in it, and one written in several volumes that turned out to be one.
  [starts('PK\x05\x06'), 'zip'],
  [starts('PK00PK\x03\x04'), 'zip'],
];

/** The first bytes of what people take for an image by mistake. Sources: file(1)'s magic, and each format's specification. */
const foreign: readonly (readonly [Signature, string])[] = [
  [starts("7z\xbc\xaf'\x1c"), english`a 7-Zip archive, which has to be unpacked first`],
  [starts('Rar!\x1a\x07'), english`a RAR archive, which has to be unpacked first`],
  [starts('BZh'), english`packed as bzip2, which has to be unpacked first`],
  [starts('\x5d\0\0'), english`packed as LZMA, which has to be unpacked first`],
  [starts('LZIP'), english`packed as lzip, which has to be unpacked first`],
  [starts('\x04\x22\x4d\x18'), english`packed as LZ4, which has to be unpacked first`],
  [starts('ustar', 257), english`a tar archive`],
  [starts('encrcdsa'), english`an encrypted disk image of macOS`],
  [starts('QFI\xfb'), english`the disk of a virtual machine (QCOW2)`],
  [starts('KDMV'), english`the disk of a virtual machine (VMDK)`],
  [starts('vhdxfile'), english`the disk of a virtual machine (VHDX)`],
  [starts('conectix'), english`the disk of a virtual machine (VHD)`],
  [starts('\x3a\xff\x26\xed'), english`an Android sparse image`],
  [starts('MSWIM\0\0\0'), english`a Windows image (WIM)`],
  [starts('hsqs'), english`a single SquashFS file system`],
  [starts('%PDF-'), english`a PDF document`],
  [starts('\x89PNG'), 'a picture'],
  [starts('\xff\xd8\xff'), 'a picture'],
  [starts('\x7fELF'), 'a program'],
  [starts('\xcf\xfa\xed\xfe'), 'a program'],
];

/** `head` is the first KIND_BYTES of a file, or all of a shorter one. */
export function imageKind(head: Uint8Array): ImageKind {
  const form = packed.find(([signature]) => matches(head, signature))?.[1];
  if (form) return { kind: 'packed', form };
  // Skippable frames come first in the files of some parallel writers (pzstd). Source: RFC 8878, 3.1.2.
  if (isSkippableFrame(head)) return { kind: 'packed', form: 'zstd' };
  // A disk that can start something ends its first sector like this, whatever stands before; so a tail of it is no proof.
  if (head[510] === 0x55 && head[511] === 0xaa) return { kind: 'raw' };
  const what = foreign.find(([signature]) => matches(head, signature))?.[1] ?? textKind(head);
  return what === null ? { kind: 'raw' } : { kind: 'foreign', what };
}

/** What the content of a packed file is, in words, where that is no image; null for an image. */
export function foreignContent(head: Uint8Array): string | null {
  const kind = imageKind(head);
  if (kind.kind === 'packed') return english`packed twice, and has to be unpacked first`;
  return kind.kind === 'foreign' ? kind.what : null;
}

/** The last bytes of a compressed disk image of macOS: its only mark. Source: the "koly" trailer as hdiutil writes it. */
export const DMG_TRAILER_BYTES = 512;

export function isDmgTrailer(tail: Uint8Array): boolean {
  return tail.length === DMG_TRAILER_BYTES && matches(tail, starts('koly'));
}

function matches(head: Uint8Array, { at, text }: Signature): boolean {
  if (head.length < at + text.length) return false;
  for (let index = 0; index < text.length; index++) {
    if (head[at + index] !== text.charCodeAt(index)) return false;
  }
  return true;
}

function isSkippableFrame(head: Uint8Array): boolean {
  const [first = 0] = head;
  return (first & 0xf0) === 0x50 && head[1] === 0x2a && head[2] === 0x4d && head[3] === 0x18;
}

/** Text has no control characters besides tabs and line ends, which no start of a disk goes without. */
function textKind(head: Uint8Array): string | null {
  const isText = head.every((byte) => byte >= 0x20 || (byte >= 0x09 && byte <= 0x0d));
  if (!isText) return null;
  const text = String.fromCharCode(...head).toLowerCase();
  return /<!doctype html|<html|<head/.test(text)
    ? english`a web page (a download that went wrong leaves one)`
    : english`a text file`;
}

/** The ending of a name that says that a file is packed (".xz"); null for all others. */
export function packedEnding(path: string): string | null {
  return /\.(?:gz|zst|xz|zip)$/i.exec(path)?.[0] ?? null;
}

/** Whether the first sector ends as that of an MBR, of a GPT's protective one, and of a FAT without partitions. */
export function hasTable(head: Uint8Array): boolean {
  return head[510] === 0x55 && head[511] === 0xaa;
}
