/** Finds the programs of `software-table.ts` on a card, with their versions where the packages say so. */

import { plainText } from './os-release.ts';
import type { PortraitFiles } from './portrait-files.ts';
import { MAX_TEXT_LETTERS, type Portrait } from './portrait-schema.ts';
import { type SoftwareMark, softwareTable } from './software-table.ts';

type Software = Portrait['software'];

/** A system with every desktop program there is has about 5 MB. */
const MAX_STATUS_BYTES = 16 * 1024 * 1024;
const MAX_HOMES = 8;
const MAX_CONTAINERS = 32;
const MAX_CONTAINER_BYTES = 256 * 1024;

export interface Packages {
  /** Of dpkg itself, which is of the system's own architecture; null without dpkg. */
  readonly architecture: string | null;
  /** Versions of the packages asked for that are installed. */
  readonly versions: ReadonlyMap<string, string | null>;
}

/** Reads dpkg's list once (dpkg-query(1), /var/lib/dpkg/status). */
export async function readPackages(root: PortraitFiles): Promise<Packages> {
  const wanted = new Set(softwareTable.flatMap(({ packages }) => packages ?? []));
  const versions = new Map<string, string | null>();
  let architecture: string | null = null;
  const status = await root.bytes('/var/lib/dpkg/status', MAX_STATUS_BYTES);
  const text = status ? Buffer.from(status.buffer, status.byteOffset, status.length) : null;
  for (const paragraph of text?.toString('latin1').split('\n\n') ?? []) {
    const name = field(paragraph, 'Package');
    if (name !== 'dpkg' && (name === null || !wanted.has(name))) continue;
    if (!/^Status: \S+ \S+ installed$/m.test(paragraph)) continue;
    if (name === 'dpkg') architecture = field(paragraph, 'Architecture');
    else versions.set(name, field(paragraph, 'Version'));
  }
  return { architecture, versions };
}

function field(paragraph: string, name: string): string | null {
  const value = new RegExp(`^${name}: (\\S+)\\s*$`, 'm').exec(paragraph)?.[1];
  return value === undefined ? null : plainText(value, MAX_TEXT_LETTERS);
}

/** In the order of the table. `trees`: those of the system and its data. */
export async function findSoftware(
  trees: readonly PortraitFiles[],
  { versions }: Packages,
): Promise<Software> {
  const images = (await Promise.all(trees.map(containerImages))).flat();
  const homes = new Map<PortraitFiles, string[]>();
  for (const tree of trees) homes.set(tree, await homesIn(tree));
  const found: Software = [];
  for (const mark of softwareTable) {
    const installed = mark.packages?.find((name) => versions.has(name));
    const isThere =
      installed !== undefined ||
      mark.images?.some((part) => images.some((image) => image.includes(part))) ||
      (await hasPath(mark, homes));
    if (!isThere) continue;
    const version = installed === undefined ? null : (versions.get(installed) ?? null);
    found.push({ name: mark.name, version });
  }
  return found.slice(0, 64);
}

async function hasPath(
  { paths }: SoftwareMark,
  homes: ReadonlyMap<PortraitFiles, readonly string[]>,
): Promise<boolean> {
  for (const path of paths ?? []) {
    for (const [tree, folders] of homes) {
      const places = path.startsWith('~') ? folders.map((home) => home + path.slice(1)) : [path];
      for (const place of places) {
        if (await tree.has(place)) return true;
      }
    }
  }
  return false;
}

async function homesIn(tree: PortraitFiles): Promise<string[]> {
  const users = await tree.list('/home', 64);
  const homes = users.filter(({ kind }) => kind === 'folder').map(({ name }) => `/home/${name}`);
  return ['/root', ...homes.slice(0, MAX_HOMES)];
}

/** Names of the images of Docker's containers; on Home Assistant OS its folder lies at the root of the data partition. */
async function containerImages(tree: PortraitFiles): Promise<string[]> {
  const images: string[] = [];
  for (const folder of ['/var/lib/docker/containers', '/docker/containers']) {
    for (const { name } of await tree.list(folder, MAX_CONTAINERS)) {
      const config = await tree.text(`${folder}/${name}/config.v2.json`, MAX_CONTAINER_BYTES);
      const image = /"Image":"([\w./:@-]{1,200})","/.exec(
        config?.replace(/"Image":"sha256:/g, '') ?? '',
      );
      if (image?.[1] !== undefined) images.push(image[1]);
    }
  }
  return images;
}

/** Home Assistant writes its version beside its settings (homeassistant/const.py, config.py: .HA_VERSION). */
export async function homeAssistantVersion(data: PortraitFiles): Promise<string | null> {
  const text = (await data.text('/supervisor/homeassistant/.HA_VERSION', 256))?.trim() ?? '';
  return /^\d{4}\.\d{1,2}(\.[\w.]{1,20})?$/.test(text) ? text : null;
}
