/** A Mac for tests: programs that replay recordings and act on image files, in a folder that goes when the test ends. */

import {
  chmodSync,
  closeSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type MacPlaces, placesIn } from '../../../src/platform/macos/tools.ts';
import type { Authorizer } from '../../../src/platform/ports.ts';
import { inserted, removed } from './events.ts';
import { StandIn, type StandInCard, type StandInPartition } from './state.ts';

const programs = ['diskutil', 'authopen', 'mount', 'open', 'caffeinate', 'sudo', 'osascript'];

export interface InsertOptions {
  /** The image that is the card; it has an MBR. It becomes unreadable for its owner, as a raw disk is. */
  readonly image: string;
  readonly id?: string;
  readonly reader?: StandInCard['reader'];
  readonly label?: string;
  readonly facts?: Partial<
    Pick<
      StandInCard,
      | 'mounted'
      | 'unmountsRefused'
      | 'ejectsRefused'
      | 'mountsAgain'
      | 'locked'
      | 'forceFails'
      | 'exclusiveOpensBusy'
      | 'openRefusal'
    >
  >;
}

export interface Mac {
  readonly state: StandIn;
  readonly places: MacPlaces;
  insert(options: InsertOptions): StandInCard;
  /** Takes the card out without a word to anybody. */
  pull(id: string): void;
  /** An authorizer whose user says yes; the form of each right is then known to `authopen`. */
  readonly authorizer: Authorizer & { readonly asked: readonly string[] };
  remove(): void;
}

export function createMac(): Mac {
  const folder = mkdtempSync(join(tmpdir(), 'pikeep-mac-'));
  const state = new StandIn(folder);
  mkdirSync(state.devices);
  mkdirSync(state.programs);
  writeFileSync(state.eventFile, '');
  writeFileSync(join(folder, 'calls.jsonl'), '');
  for (const name of ['disk0', 'disk1', 'null']) writeFileSync(join(state.devices, name), '');
  for (const name of programs) writeProgram(state, name);
  state.write({
    cards: [],
    granted: [],
    mounts: [],
    password: null,
    account: { password: 'correct', mayUseSudo: true },
  });
  return {
    state,
    places: placesIn(state.programs, state.devices),
    insert: (options) => insert(state, options),
    pull: (id) => pull(state, id),
    authorizer: createAuthorizer(state),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function writeProgram(state: StandIn, name: string): void {
  const here = (file: string) => JSON.stringify(new URL(file, import.meta.url).href);
  // The programs start often; what the second one needs was compiled by the first.
  const cache = JSON.stringify(join(state.folder, 'compiled'));
  const script = `#!${process.execPath}
require('node:module').enableCompileCache(${cache});
Promise.all([import(${here('state.ts')}), import(${here(`programs/${name}.ts`)})]).then(
  ([{ StandIn }, { main }]) => {
    const mac = new StandIn(${JSON.stringify(state.folder)});
    const args = process.argv.slice(2);
    mac.note(${JSON.stringify(name)}, args);
    main(mac, args);
  },
);
`;
  writeFileSync(join(state.programs, name), script, { mode: 0o755 });
}

function insert(state: StandIn, options: InsertOptions): StandInCard {
  const { image, id = 'disk4', reader = 'usb', label = 'bootfs', facts = {} } = options;
  const card: StandInCard = {
    id,
    reader,
    label,
    bytes: statSync(image).size,
    partitions: readMbr(image),
    mounted: true,
    unmountsRefused: 0,
    ejectsRefused: 0,
    mountsAgain: 0,
    locked: false,
    forceFails: false,
    exclusiveOpensBusy: 0,
    openRefusal: null,
    ...facts,
  };
  writeFileSync(join(state.devices, id), '');
  linkSync(image, join(state.devices, `r${id}`));
  chmodSync(image, 0o000);
  state.update(({ cards }) => cards.push(card));
  state.tell(inserted(card));
  return card;
}

function pull(state: StandIn, id: string): void {
  const card = state.update(({ cards }) => {
    const index = cards.findIndex((candidate) => candidate.id === id);
    return cards.splice(index, 1)[0];
  });
  if (!card) throw new Error(`no ${id} in this Mac`);
  for (const name of [id, `r${id}`]) rmSync(join(state.devices, name));
  state.tell(removed(card));
}

/** diskutil's names of the MBR types that were recorded; no other may be on a card of the stand-in. */
const names: Readonly<Record<number, string>> = {
  11: 'DOS_FAT_32',
  12: 'Windows_FAT_32',
  131: 'Linux',
};

function readMbr(image: string): readonly StandInPartition[] {
  const sector = Buffer.alloc(512);
  const fd = openSync(image, 'r');
  readSync(fd, sector, 0, 512, 0);
  closeSync(fd);
  if (sector.readUInt16LE(510) !== 0xaa55) throw new Error(`${image} has no MBR`);
  const partitions: StandInPartition[] = [];
  for (let at = 446; at < 510; at += 16) {
    const type = sector.readUInt8(at + 4);
    if (type === 0) continue;
    const content = names[type];
    if (content === undefined)
      throw new Error(`no recording names the type 0x${type.toString(16)}`);
    partitions.push({ content, bytes: sector.readUInt32LE(at + 12) * 512 });
  }
  return partitions;
}

function createAuthorizer(state: StandIn): Mac['authorizer'] {
  const asked: string[] = [];
  return {
    asked,
    authorize(right) {
      asked.push(right);
      const form = new Uint8Array(32).fill(0xa0 + asked.length);
      state.update(({ granted }) =>
        granted.push({ right, form: Buffer.from(form).toString('hex') }),
      );
      return Promise.resolve(form);
    },
    release() {
      state.update(({ granted }) => granted.splice(0));
      return Promise.resolve();
    },
  };
}
