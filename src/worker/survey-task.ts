/** Looks at an image and at the card it may go to, for the question before a restore. */

import * as path from 'node:path';
import { isPiKeepError } from '../engine/errors.ts';
import { explain } from '../engine/explain.ts';
import { planRestore } from '../engine/fit.ts';
import { glanceAtImage, type ImageGlance } from '../engine/image/glance-at-image.ts';
import { english } from '../language/english.ts';
import { type ImageFacts, readImageFacts } from './image-facts.ts';
import type { SurveyResult } from './restore-results.ts';
import { surveyTarget, type TargetSurvey } from './survey-target.ts';
import type { TaskContext } from './task-context.ts';
import type { SurveyTask } from './tasks.ts';

type Fit = Pick<SurveyResult, 'fits' | 'fit' | 'misfit' | 'growth'>;

/**
 * Shows no dialog and changes nothing. An image that does not fit is a result. Throws NO_SUCH_IMAGE, NOT_AN_IMAGE,
 * ACCESS_DENIED, IMAGE_DAMAGED, NO_SUCH_DISK, NOT_A_CARD, PROTECTED_DISK, INTERRUPTED.
 */
export async function runSurvey(task: SurveyTask, context: TaskContext): Promise<SurveyResult> {
  const { signal } = context;
  const platform = await context.createPlatform({ slot: task.source.slot });
  const facts = await readImageFacts(task.image, task.library);
  const found = await surveyTarget(task, facts.manifest, platform, context);
  const image = await glanceAtImage({
    files: platform.imageFiles,
    compressor: platform.compressor,
    unpacker: platform.unpacker,
    path: task.image,
    manifest: facts.manifest,
    bmap: facts.bmap,
    signal,
  });
  try {
    return {
      task: 'survey',
      image: imageOf(task.image, facts, image),
      target: found.target,
      ...(await fitOf(image, found)),
    };
  } finally {
    await image.close();
  }
}

function imageOf(
  image: string,
  { manifest, warnings }: ImageFacts,
  { bytes, mappedBytes, mapOrigin }: ImageGlance,
): SurveyResult['image'] {
  return {
    path: image,
    title: manifest?.card.title ?? path.basename(image),
    bytes,
    mappedBytes,
    mapOrigin,
    at: manifest?.times.started ?? null,
    verified: manifest && manifest.verified !== null,
    unreadable: manifest?.unreadable.length ?? 0,
    warnings: warnings.map(({ text }) => text),
  };
}

async function fitOf(image: ImageGlance, { disk }: TargetSurvey): Promise<Fit> {
  if (image.view === null) {
    const fit = english`Whether it fits is known when it has been unpacked; that happens before anything is written.`;
    return { fits: null, fit, misfit: null, growth: null };
  }
  try {
    const { growth, sentence } = await planRestore({
      source: image,
      target: { disk: disk.id, bytes: disk.bytes, sectorSize: disk.sectorBytes },
      grow: 'leave',
    });
    return { fits: true, fit: sentence, misfit: null, growth };
  } catch (error) {
    if (!isPiKeepError(error, 'TARGET_TOO_SMALL')) throw error;
    const { missingBytes, what, command } = error.facts;
    const misfit = { missingBytes, what, command };
    return { fits: false, fit: explain(error).message, misfit, growth: null };
  }
}
