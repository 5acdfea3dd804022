/** The page of a restore as the panel shows it. Pure. */

import { basename } from 'node:path';
import type { ChosenState, ReadyState, RestoreView, TargetView } from '../contract/panel.ts';
import { weakIdentity } from '../engine/disk.ts';
import { diskTitle } from '../engine/words/disk-title.ts';
import { say, sayCount } from '../language/say.ts';
import { matchBackups } from '../library/backups.ts';
import type { SurveyResult } from '../worker/restore-results.ts';
import { contentKind, MAX_PARTITIONS, subtitleOf } from './disk-view.ts';
import { sinceWords } from './inside.ts';
import { plainText, saidText } from './plain-text.ts';
import { problemOf } from './problem.ts';
import { restorableView } from './restorable.ts';
import { chosenTarget, isOrigin, surveyOf, targetsOf, tokenOf } from './restore-page.ts';
import { type DeskState, jobOn, type RestorePage, type SeenDisk } from './state.ts';

const MAX_TARGETS = 16;
const MAX_TITLE = 80;
const MAX_CONTENT = 160;
const MAX_NAME = 160;
const MAX_SENTENCE = 400;
const MAX_WARNINGS = 8;
const MAX_TIME = 64;

export function restoreView(state: DeskState): RestoreView | null {
  const { restore } = state;
  if (restore === null) return null;
  const seen = chosenTarget(state);
  const targets = targetsOf(state, restore);
  // The chosen one is always among those that are shown.
  const shown = targets.filter((one, place) => place < MAX_TARGETS || one === seen);
  return {
    backup: restorableView(restore.backup),
    targets: shown.map((one) => targetView(state, restore, one)),
    chosen: seen && {
      disk: seen.disk.id,
      card: seen.key,
      state: chosenState(state, restore, seen),
    },
    step: restore.reviewed === null ? 'choose' : 'confirm',
    changed: restore.changed,
    forceUnmount: restore.forceUnmount,
  };
}

function targetView(state: DeskState, restore: RestorePage, seen: SeenDisk): TargetView {
  const { key, disk, glance } = seen;
  const survey = surveyOf(restore, seen);
  const target = survey?.is === 'ready' ? survey.result.target : null;
  const known = matchBackups(state.backups, {
    bytes: disk.bytes,
    weak: weakIdentity(disk),
    strong: null,
  })[0];
  const lastBackup = target ? (target.lastBackup?.at ?? null) : (known?.backup.at ?? null);
  const title = target?.title ?? known?.backup.title ?? glance.title;
  return {
    disk: disk.id,
    card: key,
    title: plainText(diskTitle(title), MAX_TITLE),
    content: saidText(target?.content ?? contentOf(seen), MAX_CONTENT),
    subtitle: subtitleOf(disk),
    bytes: disk.bytes,
    kind: glance.pi === 'no' ? 'removable' : 'pi',
    lastBackup: lastBackup?.slice(0, MAX_TIME) ?? null,
    isOrigin: target?.isOrigin ?? isOrigin(seen, restore.backup),
    unfinished: target !== null && target.unfinished !== null,
    unproven: disk.unproven !== undefined,
    locked: disk.writable === false,
    job: jobOn(state, seen)?.id ?? null,
  };
}

/** Before anybody has looked at the card itself. */
function contentOf({ disk, glance }: SeenDisk): string {
  if (glance.pi !== 'no') return say`Raspberry Pi system`;
  const { length } = disk.partitions;
  if (length === 0) return say`no partitions`;
  return sayCount(length, 'one partition', '{n} partitions');
}

function chosenState(state: DeskState, restore: RestorePage, seen: SeenDisk): ChosenState {
  const survey = surveyOf(restore, seen);
  if (survey === null) return { is: 'looking' };
  if (survey.is === 'failed') return { is: 'failed', problem: problemOf(survey.error) };
  return readyState(survey.result, seen, tokenOf(state), state.now);
}

function readyState(
  result: SurveyResult,
  seen: SeenDisk,
  token: string | null,
  now: number,
): ReadyState {
  const { target, image, fits, fit, growth } = result;
  const hasContent = target.partitions.length > 0 && target.unfinished === null;
  return {
    is: 'ready',
    token,
    lost: {
      title: plainText(diskTitle(target.title), MAX_TITLE),
      content: saidText(target.content, MAX_CONTENT),
      bytes: target.bytes,
      partitions: target.partitions.slice(0, MAX_PARTITIONS).map(({ kind, label, bytes }) => ({
        kind: plainText(contentKind(kind), MAX_TITLE),
        label: label === null ? null : plainText(label, MAX_TITLE),
        bytes,
      })),
      lastBackup: target.lastBackup?.at.slice(0, MAX_TIME) ?? null,
      since: sinceWords(target.lastBackup, now),
      unfinished:
        target.unfinished === null ? null : plainText(basename(target.unfinished), MAX_NAME),
      canUndo: target.canUndo,
      backUpFirst: hasContent && target.lastBackup === null,
    },
    written: {
      title: plainText(diskTitle(image.title), MAX_TITLE),
      name: plainText(basename(image.path), MAX_NAME),
      at: image.at?.slice(0, MAX_TIME) ?? null,
      bytes: image.bytes,
      mappedBytes: image.mappedBytes,
      mapOrigin: image.mapOrigin,
      verified: image.verified,
      unreadable: image.unreadable,
      warnings: image.warnings.slice(0, MAX_WARNINGS).map((one) => saidText(one, MAX_SENTENCE)),
    },
    fits,
    fit: saidText(fit, MAX_SENTENCE),
    growth: growth && {
      ...growth,
      method: growth.method === null ? null : saidText(growth.method, MAX_TITLE),
      advice: saidText(growth.advice, MAX_SENTENCE),
    },
    typeName: typeNameOf(seen, result),
  };
}

/** What the user has to type before this disk is written over; null for a card. */
export function typeNameOf(seen: SeenDisk, { target }: SurveyResult): string | null {
  return target.mustTypeName || seen.isOtherExternal
    ? plainText(diskTitle(target.title), MAX_TITLE)
    : null;
}
