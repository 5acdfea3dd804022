/** `pikeep watch`: says which cards come and go; with `--auto` backs up every Pi card by itself. */

import type { Command } from 'commander';
import { FRESH_HOURS, type HandsFree, handsFree, isUnfinished } from '../../desk/hands-free.ts';
import { oneAtATime } from '../../desk/one-at-a-time.ts';
import { weakIdentity, weakIdentityText } from '../../engine/disk.ts';
import { asPiKeepError, isPiKeepError } from '../../engine/errors.ts';
import { formatBytes } from '../../engine/format.ts';
import { backupReport } from '../backup-report.ts';
import { lookAtDisks, type SeenDisk } from '../cards.ts';
import type { Run } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { type Recognised, recogniseCards } from '../recognised.ts';
import type { Session } from '../session.ts';
import { watchedBackup } from '../watched-backup.ts';
import { diskFacts, verdictWords } from './list.ts';

export function defineWatch(program: Command, run: Run): void {
  program
    .command('watch')
    .description('Say which cards come and go, until interrupted.')
    .option('--auto', 'back up every Pi card that is there or comes')
    .action((options: { auto?: true }, command: Command) =>
      run(command, (session) => new Watch(session, options.auto === true).run()),
    );
}

/** Those that are not about every card are never said here. */
const whyWords: Readonly<Record<Extract<HandsFree, { is: 'no' }>['why'], string>> = {
  unfinished: 'a restore to it did not finish, or was never proven',
  fresh: `it was backed up less than ${FRESH_HOURS} hours ago`,
  unknown: 'nobody knows whose it is',
  ambiguous: 'it cannot be told apart from another one',
  'not wanted': 'it is not wanted',
};

class Watch {
  readonly #session: Session;
  readonly #auto: boolean;
  /** A change during a look means another one after it. */
  readonly #look = oneAtATime(() => this.#lookNow());
  #here = new Map<string, SeenDisk>();
  #queue: Promise<void> = Promise.resolve();
  /** A card could not be read everywhere. */
  #isIncomplete = false;
  /** A backup was ended before it was done. */
  #isCutOff = false;

  constructor(session: Session, auto: boolean) {
    this.#session = session;
    this.#auto = auto;
  }

  /**
   * Ends only when interrupted or when nobody reads what it prints; a backup that runs is cancelled by the
   * first and finished after the second.
   */
  async run(): Promise<ExitCode> {
    const { platform, printer, signal, stdout, library } = this.#session;
    const ended = new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
      stdout.onClosed(resolve);
    });
    printer.start({
      facts: { command: 'watch', auto: this.#auto, folder: library },
      lines: [this.#auto ? `Backing up every Pi card to ${library}` : 'Waiting for cards'],
    });
    const watching = platform.disks.watch(() => void this.#look());
    void this.#look();
    try {
      await ended;
    } finally {
      await watching.close();
      await this.#queue;
    }
    printer.done({ facts: { command: 'watch' }, lines: ['No longer watching.'] });
    if (this.#isIncomplete && !this.#isCutOff) return exitCodes.incomplete;
    return signal.aborted ? exitCodes.interrupted : exitCodes.done;
  }

  async #lookNow(): Promise<void> {
    const { printer, settings, signal, library } = this.#session;
    if (signal.aborted) return;
    try {
      // Another PiKeep may have marked a disk “never touch” since.
      await settings.reread();
      await this.#compare(await lookAtDisks(this.#session, library));
    } catch (error) {
      if (!signal.aborted) printer.error(asPiKeepError(error));
    }
  }

  async #compare(seen: readonly SeenDisk[]): Promise<void> {
    const now = new Map(
      seen
        .filter(({ verdict }) => verdict.offer)
        .map((one) => [`${one.disk.id} ${weakIdentityText(weakIdentity(one.disk))}`, one]),
    );
    const before = this.#here;
    this.#here = now;
    for (const [key, one] of before) if (!now.has(key)) this.#tell('left', one, null);
    if ([...now.keys()].every((key) => before.has(key))) return;
    const known = await recogniseCards(this.#session, seen);
    for (const [key, one] of now) {
      if (before.has(key)) continue;
      this.#tell('appeared', one, known);
      if (this.#auto && (one.glance.pi !== 'no' || isUnfinished(one.disk))) {
        this.#decide(one, known);
      }
    }
  }

  /** `known`: whose cards there are; null for one that is gone. */
  #tell(change: 'appeared' | 'left', seen: SeenDisk, known: Recognised | null): void {
    const { id, bytes } = seen.disk;
    const what =
      change === 'left'
        ? `${seen.glance.title} (${id}) is gone`
        : `${seen.glance.title} (${id}, ${formatBytes(bytes)}): ${verdictWords(seen)}`;
    const backup = known?.wordsOf(seen) ?? null;
    this.#session.printer.happened('card', {
      facts: { change, ...diskFacts(seen), ...known?.factsOf(seen) },
      lines: [backup === null ? what : `${what}, ${backup}`],
    });
  }

  /** The same rule as that of the app, for everybody's cards. */
  #decide(seen: SeenDisk, known: Recognised): void {
    const { disk } = seen;
    const answer = handsFree(
      {
        recognition: known.recognitionOf(seen),
        isUnfinished: isUnfinished(disk),
        wanted: 'every',
      },
      new Date(),
    );
    if (answer.is === 'start') this.#backUpLater(seen);
    if (answer.is !== 'no') return;
    this.#session.printer.happened('skipped', {
      facts: { disk: disk.id, why: answer.why },
      lines: [`${disk.id} is left alone: ${whyWords[answer.why]}`],
    });
  }

  #backUpLater(seen: SeenDisk): void {
    this.#queue = this.#queue.then(() => this.#backUp(seen));
  }

  /** A failure is told and the watch goes on: the next card must not suffer from this one. */
  async #backUp({ disk }: SeenDisk): Promise<void> {
    const { printer, signal } = this.#session;
    if (signal.aborted) return;
    try {
      const result = await watchedBackup(this.#session, disk);
      if (result.unreadable) this.#isIncomplete = true;
      printer.happened('backup', backupReport(result, { disk: disk.id }));
    } catch (error) {
      if (isPiKeepError(error, 'INTERRUPTED')) this.#isCutOff = true;
      else printer.error(asPiKeepError(error));
    }
  }
}
