/** Which backups of a Pi may go, as a page shows it, and the token that stands for exactly that list. Pure. */

import { createHash } from 'node:crypto';
import { MAX_FORGOTTEN } from '../contract/library.ts';
import type { AnswerTo, Query } from '../contract/panel.ts';
import { say } from '../language/say.ts';
import { type ForgetPlan, planForget, type Verdict } from '../library/forget-plan.ts';
import type { LibraryBackup } from '../library/library.ts';
import { backupKey } from './backup-view.ts';
import { choosePi } from './library-choice.ts';
import { listedBackup } from './library-view.ts';
import { plainText } from './plain-text.ts';
import type { DeskState } from './state.ts';

export type ForgetWhat = Extract<Query, { ask: 'forget' }>['what'];
type Plan = ForgetPlan<LibraryBackup>;

export interface ForgetOffer {
  readonly plan: Plan;
  /** Null when nothing goes. */
  readonly token: string | null;
}

/** Bytes of JSON that either list takes in an answer. */
const MAX_LIST_BYTES = 100_000;
const MAX_REASON = 160;

/** Throws USAGE when the Pi is not in the library any more. Nothing goes but what the answer has room to show. */
export function offerForget(state: DeskState, what: ForgetWhat): ForgetOffer {
  const { pi, preferences } = choosePi(state.shelf, what.pi);
  const now = new Date(state.now);
  const full =
    what.by === 'rules'
      ? planForget(pi.backups, what.keep ?? preferences.keep ?? {}, now)
      : planChosen(pi.backups, new Set(what.backups));
  const plan = withRoom(state, full);
  return { plan, token: plan.forget.length === 0 ? null : tokenOf(pi.key, plan) };
}

export function forgetAnswer(state: DeskState, what: ForgetWhat): AnswerTo<'forget'> {
  const { plan, token } = offerForget(state, what);
  const goes = plan.forget.map((one) => listed(state, one));
  const stays = firstThatFit(plan.keep.map((one) => listed(state, one)));
  return {
    ask: 'forget',
    token,
    goes,
    stays,
    moreStay: plan.keep.length - stays.length,
    freedBytes: plan.forget.reduce((sum, { backup }) => sum + backup.storedBytes, 0),
    where: say`the Trash`,
  };
}

/** The newest proven one of each card stays, whatever was chosen. */
function planChosen(backups: readonly LibraryBackup[], chosen: ReadonlySet<string>): Plan {
  const isChosen = ({ path }: LibraryBackup): boolean => chosen.has(backupKey(path));
  const isLast = new Set(
    [...new Set(backups.map(({ bytes }) => bytes))].flatMap((bytes) => {
      const good = backups.filter((one) => one.bytes === bytes && one.state === 'proven');
      const [newest] = good;
      return newest && good.every(isChosen) ? [newest] : [];
    }),
  );
  const keep: Verdict<LibraryBackup>[] = [];
  const forget: Verdict<LibraryBackup>[] = [];
  for (const backup of backups) {
    if (isLast.has(backup)) keep.push({ backup, reasons: [say`the newest good one of its card`] });
    else if (isChosen(backup)) forget.push({ backup, reasons: [say`chosen`] });
    else keep.push({ backup, reasons: [say`not chosen`] });
  }
  return { keep, forget };
}

/** What has no room in the answer stays for the next time: nothing goes that was not shown. The oldest go first. */
function withRoom(state: DeskState, { keep, forget }: Plan): Plan {
  const oldest = forget.toReversed().slice(0, MAX_FORGOTTEN);
  const count = firstThatFit(oldest.map((one) => listed(state, one))).length;
  const goes = new Set(oldest.slice(0, count));
  const waits = forget
    .filter((one) => !goes.has(one))
    .map(({ backup }) => ({ backup, reasons: [say`too many at once: it can go next time`] }));
  return { keep: [...waits, ...keep], forget: forget.filter((one) => goes.has(one)) };
}

function listed(state: DeskState, { backup, reasons }: Verdict<LibraryBackup>) {
  return { ...listedBackup(state, backup), why: plainText(reasons.join('; '), MAX_REASON) };
}

function firstThatFit<T>(items: readonly T[]): T[] {
  let bytes = 0;
  const end = items.findIndex((item) => {
    bytes += Buffer.byteLength(JSON.stringify(item)) + 1;
    return bytes > MAX_LIST_BYTES;
  });
  return items.slice(0, Math.min(MAX_FORGOTTEN, end < 0 ? items.length : end));
}

/** Another file under one of these names, or another list, has another token. */
function tokenOf(pi: string, { keep, forget }: Plan): string {
  const facts = (verdicts: Plan['keep']) =>
    verdicts.map(({ backup: { path, stamp, at, state } }) => [path, stamp, at, state]);
  const text = JSON.stringify([pi, facts(forget), facts(keep)]);
  return createHash('sha256').update(text).digest('hex');
}
