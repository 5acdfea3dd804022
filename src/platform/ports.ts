/** What the rest of PiKeep may ask of the computer it runs on. One implementation each for macOS, Linux and the slot. */

import type { BlockDevice } from '../engine/block-device.ts';
import type { Disk } from '../engine/disk.ts';
import type { Compressor } from '../engine/image/compressor.ts';
import type { ImageFiles } from '../engine/image/image-file.ts';
import type { Unpacker } from '../engine/image/unpacker.ts';
import type { WritableDevice } from '../engine/writable-device.ts';

/** Something that runs until it is closed. `close` may be called twice and never throws. */
export interface Closable {
  close(): Promise<void>;
}

export interface DiskSource {
  /**
   * Every whole disk the system shows, also those nobody may touch. Needs no right, shows no dialog, opens no device.
   * Throws TOOL_MISSING or TOOL_FAILED when the system cannot be asked.
   */
  list(signal?: AbortSignal): Promise<readonly Disk[]>;
  /**
   * Calls `onChange` soon after disks come or go; also once too often, never with data. Changes close together make one
   * call. Watching survives the death of whatever it relies on.
   */
  watch(onChange: () => void): Closable;
}

export interface DiskActions {
  /**
   * Unmounts every volume of the disk; retries for a few seconds, because indexers come and go. With `force` also
   * against programs that hold files. Nothing to unmount is a success. Throws UNMOUNT_REFUSED with the holder.
   */
  unmount(disk: Disk, options: { force: boolean; signal?: AbortSignal }): Promise<void>;
  /** Makes the card safe to take out. Throws EJECT_REFUSED. */
  eject(disk: Disk, options?: { signal?: AbortSignal }): Promise<void>;
}

export const doorNames = ['direct', 'authopen', 'helper'] as const;
export type DoorName = (typeof doorNames)[number];

/** Rights that only the user can give, asked for by the process that owns the windows. */
export interface Authorizer {
  /**
   * Shows the system's own dialog for one right ("sys.openfile.readonly./dev/rdisk4") and returns the 32-byte external
   * form of the authorization. Throws DIALOG_CANCELLED (-60006) or NOT_AUTHORIZED.
   */
  authorize(right: string, prompt: string): Promise<Uint8Array>;
  /** Takes back what was granted last: the device is open, or will not be opened. May be called twice. */
  release?(): Promise<void>;
}

export interface OpenRequest {
  readonly disk: Disk;
  readonly allowDiskImage: boolean;
  readonly authorizer: Authorizer | null;
  /** Words for the system's dialog: which card, and whether it is only read or will be overwritten. */
  readonly prompt: string;
  readonly signal?: AbortSignal;
  /** Something the user should know although the device opens; also later, while it is open. */
  readonly onWarning?: (warning: { readonly code: string; readonly text: string }) => void;
}

/** One way of getting a device opened for reading. */
export interface Door {
  readonly name: DoorName;
  /**
   * Opens the device. Throws DOOR_UNAVAILABLE when this way does not exist here or lacks rights that another way may
   * have; every other error ends the attempt, so that one refusal never brings a second dialog.
   */
  open(request: OpenRequest): Promise<BlockDevice>;
}

/** One way of getting a device opened for a restore. As `Door`, for writing: the card is held exclusively. */
export interface WriteDoor {
  readonly name: DoorName;
  /** Throws as `Door.open`, and WRITE_PROTECTED. Nothing is written by opening. */
  open(request: OpenRequest): Promise<WritableDevice>;
}

/** A way of opening a card as it is here. */
export interface DoorState {
  readonly name: DoorName;
  readonly available: boolean;
  /** What it does, or why it is not there; no full sentence. */
  readonly reason: string;
}

/**
 * "closed": this user lacks the right, and a dialog may give it (EACCES). "private": macOS's privacy control or a sandbox
 * refuses (EPERM). "busy": something holds it (EBUSY).
 */
export type AccessLook = 'open' | 'closed' | 'private' | 'busy' | 'gone' | 'unknown';

export interface CardAccess {
  /** Every way of opening, in the order in which they are tried for reading. Opens nothing, asks for nothing. */
  doors(cards: readonly Disk[]): Promise<readonly DoorState[]>;
  /** By the permission bits alone; opens nothing. */
  glance(disk: Disk): Promise<'open' | 'closed'>;
  /**
   * Opens the card for reading as this user, and closes it. The first time ever macOS may put its privacy question to the user
   * because of it, so on a Mac this is only for a card that they have asked to have opened.
   */
  look(disk: Disk): Promise<AccessLook>;
}

/** Facts about the volume that holds a path. */
export interface VolumeFacts {
  /** As the system names it: "apfs", "ext4", "vfat", "msdos", "exfat", "smbfs". */
  readonly fileSystem: string;
  readonly mountPoint: string;
  readonly freeBytes: number;
  /** The largest file the file system can hold; Infinity where there is no limit that matters. */
  readonly maxFileBytes: number;
  /** False where every byte is stored, so that an image needs room for the whole card (FAT, exFAT, HFS+). */
  readonly keepsHoles: boolean;
  readonly readOnly: boolean;
  readonly network: boolean;
  /** Ids of the whole disks below this volume; empty for network and memory file systems. */
  readonly disks: readonly string[];
}

export interface Volumes {
  /** The volume that holds an existing path. Throws DESTINATION_MISSING. */
  volumeOf(path: string): Promise<VolumeFacts>;
}

/** What can be seen of a folder before anything is kept in it. */
export interface FolderLook {
  /** "silent": nothing was heard of it in time. */
  readonly is: 'folder' | 'missing' | 'no folder' | 'silent';
  /** Of a folder that is missing: whether it can be made. */
  readonly isWritable: boolean;
  /** Of what is there; null where nobody knows. */
  readonly volume: VolumeFacts | null;
  /** The service that keeps it the same on a server; null for none that is known. */
  readonly syncedBy: string | null;
}

export interface LibraryFolders {
  /** Never throws, and answers within seconds. */
  look(path: string): Promise<FolderLook>;
  /** Makes this one folder, unless it is there. Throws DESTINATION_MISSING or DESTINATION_NOT_WRITABLE. */
  make(path: string): Promise<void>;
}

/** Whether the system starts PiKeep when the user logs in; "requires-approval": only once the user allows it in System Settings. */
export interface LoginItem {
  get(): 'on' | 'off' | 'requires-approval' | 'not-found';
  set(isOn: boolean): void;
}

export interface Desktop {
  /** Keeps the computer from idle sleep until released; `release` may be called twice. An honest no-op where unsupported. */
  keepAwake(reason: string): { release(): void };
  /** Shows a file selected in its folder. */
  reveal(path: string): Promise<void>;
  /** Opens a web address or settings pane from a fixed list of ours in the system's handler. */
  openExternal(target: string): Promise<void>;
}

export interface Trash {
  /**
   * Moves one file to where its user can bring it back from. Never deletes it, and never copies it to another volume. Throws
   * TRASH_UNAVAILABLE when it is still where it was.
   */
  move(file: string): Promise<void>;
}

/** What the system's own backups leave out. */
export interface TimeMachine {
  /** The folder, which is there, is backed up no more. Throws TOOL_MISSING or TOOL_FAILED. */
  exclude(path: string): Promise<void>;
  /** It is backed up again. Throws the same. */
  include(path: string): Promise<void>;
}

/** "unknown": the system does not say. */
export type PowerSource = 'mains' | 'battery' | 'unknown';

export interface Power {
  readonly source: PowerSource;
  /** How busy the processors were in the last minute: 1 is all of them, more is work that waits. */
  readonly load: number;
}

export interface Notice {
  /** Notices with one id replace each other where the system can do that. */
  readonly id: string;
  /** Notices of one group lie together where the system can do that. */
  readonly group?: string;
  readonly title: string;
  readonly body: string;
  /** When the user clicks the notice itself. This or one of the actions is called, and once. */
  readonly onClick?: () => void;
  /** Buttons, where the system has them; the likeliest first. */
  readonly actions?: readonly NoticeAction[];
}

export interface NoticeAction {
  readonly label: string;
  readonly run: () => void;
}

export interface Notifier {
  /** Shows a notice. Resolves true when the system accepted it, false when it could not be shown; never throws. */
  notify(notice: Notice): Promise<boolean>;
  close(): Promise<void>;
}

export interface Platform {
  readonly name: 'macos' | 'linux' | 'slot';
  readonly disks: DiskSource;
  readonly actions: DiskActions;
  readonly access: CardAccess;
  readonly volumes: Volumes;
  readonly desktop: Desktop;
  readonly trash: Trash;
  /** Only on macOS. */
  readonly timeMachine?: TimeMachine;
  /** Asked before work that nobody waits for. */
  power(): Promise<Power>;
  readonly imageFiles: ImageFiles;
  readonly compressor: Compressor;
  readonly unpacker: Unpacker;
  /** The doors for reading, in the order in which they are tried. */
  readonly readDoors: readonly Door[];
  /** The doors for a restore, in the order in which they are tried. */
  readonly writeDoors: readonly WriteDoor[];
}

/** A place in which everything can be tried on the sample card, apart from what is the user's. */
export interface SampleWorld {
  /** Holds everything else. */
  readonly folder: string;
  readonly slot: string;
  readonly library: string;
  readonly platform: Platform;
  /** Removes every trace of it. */
  remove(): Promise<void>;
}
