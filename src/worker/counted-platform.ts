/** A platform whose devices and image files are counted: by this, whoever owns the worker tells slow from stuck. */

import type { BlockDevice } from '../engine/block-device.ts';
import type { Disk } from '../engine/disk.ts';
import type { ImageFiles, NewImageFile, OpenedImage } from '../engine/image/image-file.ts';
import type { WritableDevice } from '../engine/writable-device.ts';
import type { Door, Platform, WriteDoor } from '../platform/ports.ts';
import type { Place, WorkCounter } from './work-counter.ts';

export function countedPlatform(platform: Platform, counter: WorkCounter): Platform {
  return {
    ...platform,
    readDoors: platform.readDoors.map((door) => countedDoor(door, counter)),
    writeDoors: platform.writeDoors.map((door) => countedWriteDoor(door, counter)),
    imageFiles: countedFiles(platform.imageFiles, counter),
  };
}

function countedDoor(door: Door, counter: WorkCounter): Door {
  return {
    name: door.name,
    async open(request) {
      const place = placeOf(request.disk);
      const open = (): Promise<BlockDevice> => door.open(request);
      return countedDevice(await opened(door.name, place, counter, open), place, counter);
    },
  };
}

function countedWriteDoor(door: WriteDoor, counter: WorkCounter): WriteDoor {
  return {
    name: door.name,
    async open(request) {
      const place = placeOf(request.disk);
      const open = (): Promise<WritableDevice> => door.open(request);
      const device = await opened(door.name, place, counter, open);
      return {
        ...countedDevice(device, place, counter),
        write: (data, offset) => counter.count(place, () => device.write(data, offset)),
        flush: () => counter.count(place, () => device.flush()),
        // A dialog of the system may be part of this.
        finishWriting: () => device.finishWriting(),
      };
    },
  };
}

/** Behind every other door there may be a dialog, which is nothing that has to end soon. */
function opened<T>(
  name: Door['name'],
  place: Place,
  counter: WorkCounter,
  open: () => Promise<T>,
): Promise<T> {
  return name === 'direct' ? counter.count(place, open) : open();
}

function placeOf({ mediaName, id }: Disk): Place {
  return { kind: 'card', name: mediaName ?? id };
}

function countedDevice(device: BlockDevice, place: Place, counter: WorkCounter): BlockDevice {
  return {
    path: device.path,
    size: device.size,
    sectorSize: device.sectorSize,
    read: (into, offset) => counter.count(place, () => device.read(into, offset)),
    close: () => device.close(),
  };
}

function countedFiles(files: ImageFiles, counter: WorkCounter): ImageFiles {
  return {
    ...files,
    async create(path, size) {
      const place: Place = { kind: 'file', name: path };
      const file = await counter.count(place, () => files.create(path, size));
      return countedFile(file, place, counter);
    },
    async reopen(path, size) {
      const place: Place = { kind: 'file', name: path };
      const file = await counter.count(place, () => files.reopen(path, size));
      return countedFile(file, place, counter);
    },
    async open(path): Promise<OpenedImage> {
      const place: Place = { kind: 'file', name: path };
      const image = await counter.count(place, () => files.open(path));
      return { ...image, device: countedDevice(image.device, place, counter) };
    },
  };
}

function countedFile(file: NewImageFile, place: Place, counter: WorkCounter): NewImageFile {
  return {
    path: file.path,
    get readBackMethod() {
      return file.readBackMethod;
    },
    get size() {
      return file.size;
    },
    write: (data, offset) => counter.count(place, () => file.write(data, offset)),
    settle: () => counter.count(place, () => file.settle()),
    readBack: (into, offset) => counter.count(place, () => file.readBack(into, offset)),
    cut: (bytes) => counter.count(place, () => file.cut(bytes)),
    storedBytes: () => file.storedBytes(),
    close: () => file.close(),
  };
}
