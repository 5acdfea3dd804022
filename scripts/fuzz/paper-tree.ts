/** Files that are nowhere but in memory, as the file tree of a partition: for what reads texts off a card. */

import type { FileFacts, FileTree } from '../../src/engine/file-tree.ts';

/** `content`: by absolute path; the folders in between are there too. */
export function paperTree(content: ReadonlyMap<string, Uint8Array>): FileTree {
  const paths = [...content.keys()].filter((path) => path.startsWith('/'));
  const isFolder = (path: string): boolean =>
    path === '/' || paths.some((other) => other.startsWith(`${path}/`));
  const factsOf = (path: string): FileFacts | null => {
    const file = content.get(path);
    if (!file && !isFolder(path)) return null;
    const name = path.slice(path.lastIndexOf('/') + 1);
    return {
      ...{ name, nameBytes: Buffer.from(name), kind: file ? 'file' : 'folder' },
      ...{ bytes: file?.length ?? 0, mode: 0o644, uid: 0, gid: 0, modified: 0, inode: 12 },
      ...{ links: 1, device: null, unreadable: null },
    };
  };
  return {
    partition: 2,
    fileSystem: 'ext4',
    label: null,
    trouble: null,
    problems: [],
    problemCount: 0,
    facts: async (path) => factsOf(path),
    resolve: async (path) => (factsOf(path) ? path : null),
    linkTarget: async () => null,
    async *list(path) {
      const below = path === '/' ? '/' : `${path}/`;
      const inside = paths.filter((other) => other.startsWith(below));
      const names = new Set(inside.map((other) => other.slice(below.length).split('/')[0] ?? ''));
      for (const name of names) {
        const facts = factsOf(below + name);
        if (facts) yield facts;
      }
    },
    async *read(path) {
      const data = content.get(path);
      if (data && data.length > 0) yield { offset: 0, bytes: data.length, data };
    },
    async *walk() {
      // Nobody who draws a portrait goes through all files.
    },
  };
}
