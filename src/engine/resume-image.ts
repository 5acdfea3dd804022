/**
 * Takes up an image that did not come to its end. Its checkpoint says what is in it, and is not believed: everything is read
 * back from the disk first and compared, and what is not right is copied again.
 */

import type { DoneBefore } from './copy.ts';
import { createImageWriter } from './image/create-image-writer.ts';
import type { ImageWriter } from './image/image-writer.ts';
import { resumePacked } from './resume-packed.ts';
import type { ResumeImageOptions } from './resume-parts.ts';
import { resumeRaw } from './resume-raw.ts';

export interface ResumedImage {
  readonly image: ImageWriter;
  /** What is right in it and stays. */
  readonly done: DoneBefore;
}

/**
 * Afterwards the file holds what is `done`, and of a plain image zeros everywhere else. Throws DESTINATION_FULL,
 * DESTINATION_FAILED, VERIFY_DIFFERS when the disk does not keep those zeros, and INTERRUPTED.
 */
export async function resumeImage(options: ResumeImageOptions): Promise<ResumedImage> {
  const { format, file, bytes, compressor } = options;
  if (format === 'img') {
    const entries = await resumeRaw(options);
    return {
      image: createImageWriter({ format, file, bytes, compressor }),
      done: { entries, from: 0 },
    };
  }
  const { start, done } = await resumePacked({ ...options, format });
  return { image: createImageWriter({ format, file, bytes, compressor, start }), done };
}
