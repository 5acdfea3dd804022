/**
 * Is this process the single executable (package, installed CLI, helper), or Node running files? And where do the files lie
 * that it needs? In the package of the Mac the executable is Contents/Helpers/pikeep: beside Contents/MacOS/PiKeep it would
 * have the same name on a volume that takes capital and small letters for one.
 */

import { basename, dirname, join } from 'node:path';

const HELPERS = 'Helpers';
const ARCHIVE = 'app.asar';

/** Asked by name, because where Node is built without that module (some Electron builds) an `import` would end the program. */
export function isSingleExecutable(): boolean {
  return process.getBuiltinModule('node:sea')?.isSea() ?? false;
}

/** The single executable that belongs to the files below `root`: the root of a checkout, or the archive of a package. */
export function executableOf(root: string): string {
  if (basename(root) !== ARCHIVE) return join(root, 'dist', 'pikeep');
  return join(root, '..', '..', HELPERS, 'pikeep');
}

/** What programs other than Electron can read of the files below `root`: it alone can look into the archive of a package. */
export function readableOf(root: string): string {
  return basename(root) === ARCHIVE ? `${root}.unpacked` : root;
}

export interface Companions {
  /** A file beside `node_modules`, whether it is there or not; native modules are searched from here. */
  readonly requireFrom: string;
  /** The built page of the panel. */
  readonly panel: string;
}

/** What lies around the single executable: in a package in its archive's readable part, else beside it. */
export function companionsOf(program: string = process.execPath): Companions {
  const folder = dirname(program);
  if (basename(folder) !== HELPERS) {
    return { requireFrom: program, panel: join(folder, 'panel') };
  }
  const files = join(folder, '..', 'Resources', `${ARCHIVE}.unpacked`);
  return { requireFrom: join(files, 'pikeep'), panel: join(files, 'dist', 'panel') };
}
