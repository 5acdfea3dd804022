/** `pikeep protect`: disks that are never offered and never written, whatever is asked for. */

import type { Command } from 'commander';
import { markDisk } from '../../desk/protect.ts';
import { diskKeys } from '../../engine/disk-key.ts';
import { PiKeepError } from '../../engine/errors.ts';
import { formatBytes } from '../../engine/format.ts';
import { findDisk, lookAtDisks } from '../cards.ts';
import type { Run } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import type { Session } from '../session.ts';
import { tableLines } from '../table.ts';

interface Options {
  readonly list?: true;
  readonly remove?: string;
}

export function defineProtect(program: Command, run: Run): void {
  program
    .command('protect [disk]')
    .description('Mark a disk “never touch”: it is not offered any more and never written.')
    .option('--list', 'show the disks that are marked')
    .option('--remove <name-or-key>', 'take a mark away again')
    .action((disk: string | undefined, options: Options, command: Command) =>
      run(command, (session) => dispatch(session, disk, options)),
    );
}

function dispatch(session: Session, disk: string | undefined, options: Options): Promise<ExitCode> {
  const asked = [disk, options.list, options.remove].filter((given) => given !== undefined);
  if (asked.length > 1) throw usage('Give a disk, --list or --remove, but only one of them.');
  if (disk !== undefined) return protect(session, disk);
  if (options.remove !== undefined) return remove(session, options.remove);
  if (options.list === undefined) throw usage('The disk to mark is missing.');
  return Promise.resolve(list(session));
}

/** Throws NO_SUCH_DISK; UNSUPPORTED for a disk that nothing tells from others, or when the list is full. */
async function protect(session: Session, name: string): Promise<ExitCode> {
  const { disk, glance } = await findDisk(await lookAtDisks(session), name);
  const { settings, printer } = session;
  const title = `${glance.title.slice(0, 200)}, ${formatBytes(disk.bytes)}`;
  let added = 0;
  // Of the list as it is in the file: the app may have marked others since this began.
  await settings.update(({ neverTouch }) => {
    const marked = markDisk(neverTouch, disk, title);
    added = marked.length - neverTouch.length;
    return { neverTouch: marked };
  });
  printer.done({
    facts: { command: 'protect', disk: disk.id, name: title, keys: diskKeys(disk), added },
    lines: [
      added === 0
        ? `${title} (${disk.id}) was marked “never touch” before.`
        : `${title} (${disk.id}) is marked “never touch”. “pikeep protect --list” shows every such disk.`,
    ],
  });
  return exitCodes.done;
}

function list({ settings, printer }: Session): ExitCode {
  const { neverTouch } = settings.current;
  printer.done({
    facts: { command: 'protect', neverTouch },
    lines:
      neverTouch.length === 0
        ? ['No disk is marked “never touch”.']
        : tableLines([['NAME', 'KEY'], ...neverTouch.map(({ key, name }) => [name, key])]),
  });
  return exitCodes.done;
}

/** By its name all keys of a disk, by a key that one alone. Throws USAGE when there is no such mark. */
async function remove({ settings, printer }: Session, wanted: string): Promise<ExitCode> {
  let removed = 0;
  await settings.update(({ neverTouch }) => {
    const left = neverTouch.filter(({ key, name }) => key !== wanted && name !== wanted);
    removed = neverTouch.length - left.length;
    if (removed === 0) throw usage(`Nothing on the list is called ${wanted}; see --list.`);
    return { neverTouch: left };
  });
  printer.done({
    facts: { command: 'protect', removed },
    lines: [`${wanted} is not marked “never touch” any more.`],
  });
  return exitCodes.done;
}

function usage(detail: string): PiKeepError {
  return new PiKeepError('USAGE', { detail });
}
