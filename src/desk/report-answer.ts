/** The page of one image: what it says of its Pi, and what its last check came to. */

import type { AnswerTo, PortraitView } from '../contract/panel.ts';
import type { Portrait, PortraitSystem } from '../engine/portrait-schema.ts';
import { checkTitle } from '../engine/words/check-names.ts';
import { formatList } from '../language/format.ts';
import { say } from '../language/say.ts';
import { sayAgain } from '../language/say-again.ts';
import { type ManifestHead, readManifestHead } from '../library/manifest-head.ts';
import { patiently } from '../library/patience.ts';
import { checkOf, chooseImage, piId, piOf } from './library-choice.ts';
import { listedBackup, placeOf } from './library-view.ts';
import { plainText, saidText } from './plain-text.ts';
import type { DeskState } from './state.ts';

const PATIENCE_MS = 10_000;
const MAX_FINDINGS = 64;
const MAX_UNREADABLE = 50;
const MAX_VOLUMES = 16;
const MAX_SENTENCE = 600;
const MAX_PLACES = 300;
const MAX_WORD = 100;

/** Throws USAGE when it is not in the library any more. */
export async function reportAnswer(
  state: DeskState,
  key: string,
  home: string,
  signal: AbortSignal,
): Promise<AnswerTo<'report'>> {
  const { shelf } = state;
  const image = chooseImage(shelf, key);
  const { backup, path } = image;
  const head = backup ? await headOf(backup.manifest, signal) : null;
  const check = checkOf(shelf, image);
  const unreadable = head?.unreadable ?? [];
  const findings = check?.checks.slice(0, MAX_FINDINGS) ?? [];
  return {
    ask: 'report',
    backup: backup && listedBackup(state, backup),
    ...placeOf(path, home),
    pi: piIdOf(state, path),
    portrait: head?.portrait ? portraitView(head.portrait) : null,
    verdict: check?.verdict ?? null,
    sentence: check && saidText(check.sentence, MAX_SENTENCE),
    checkedAt: check?.at ?? null,
    findings: findings.map(({ name, partition, state, detail, next }) => ({
      ...{ name: checkTitle(name), partition, state },
      detail: saidText(detail, MAX_SENTENCE),
      next: next === null ? null : saidText(next, MAX_SENTENCE),
    })),
    moreFindings: (check?.more ?? 0) + Math.max(0, (check?.checks.length ?? 0) - findings.length),
    unreadable: unreadable.slice(0, MAX_UNREADABLE).map(({ offset, bytes, files }) => ({
      offset,
      bytes,
      what:
        files.length === 0
          ? null
          : plainText(formatList(files.slice(0, 20).map(sayAgain)), MAX_PLACES),
    })),
    moreUnreadable: Math.max(0, unreadable.length - MAX_UNREADABLE),
    hashes: head ? hashesOf(head) : [],
  };
}

function piIdOf({ shelf }: DeskState, path: string): string | null {
  const known = piOf(shelf, path);
  return known && piId(known.pi);
}

/** Null where it cannot be read now; the report then says what is known without it. */
async function headOf(manifest: string, signal: AbortSignal): Promise<ManifestHead | null> {
  try {
    return await patiently(() => readManifestHead(manifest), { patienceMs: PATIENCE_MS, signal });
  } catch (error) {
    if (signal.aborted) throw error;
    return null;
  }
}

function hashesOf({ content: { sha256, plainSha256 } }: ManifestHead) {
  const plain = plainSha256 === null ? [] : [{ of: say`unpacked image`, sha256: plainSha256 }];
  return [{ of: say`list of ranges`, sha256 }, ...plain];
}

function portraitView(portrait: Portrait): PortraitView {
  const { system, kernels, boots, software, volumes, firstBoot, ...facts } = portrait;
  const { hostname, architecture, lastModel, lastWritten, lastShutdown, shutdown } = facts;
  const { usedBytes, freeBytes, ssh, wifi, timeZone, tableId } = facts;
  return {
    ...{ shutdown, usedBytes, freeBytes, ssh, wifi, lastWritten, lastShutdown },
    hostname: word(hostname),
    system: system && systemWords(system),
    architecture: word(architecture),
    kernels: kernels.map((one) => plainText(one, MAX_WORD)),
    boots: boots?.map((one) => plainText(one, MAX_WORD)) ?? null,
    lastModel: word(lastModel),
    started: firstBoot.started,
    waiting: firstBoot.waiting.map((one) => plainText(one, MAX_WORD)),
    timeZone: word(timeZone),
    software: software.map(({ name, version }) => ({
      name: plainText(name, MAX_WORD),
      version: word(version),
    })),
    tableId: word(tableId),
    volumes: volumes.slice(0, MAX_VOLUMES).map((volume) => ({
      ...{ partition: volume.partition, bytes: volume.bytes, freeBytes: volume.freeBytes },
      ...{ clean: volume.clean, type: plainText(volume.type, MAX_WORD) },
      ...{ uuid: word(volume.uuid), label: word(volume.label) },
    })),
  };
}

/** "Raspberry Pi OS 12 (bookworm) Lite". */
function systemWords({ name, version, edition }: PortraitSystem): string {
  return plainText([name, version, edition].filter(Boolean).join(' '), 3 * MAX_WORD);
}

function word(text: string | null): string | null {
  return text === null ? null : plainText(text, MAX_WORD);
}
