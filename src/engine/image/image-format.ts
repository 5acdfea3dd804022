/** The three ways an image is stored. Unpacked, all of them are the same bytes. */

export const imageFormats = ['img', 'img.gz', 'img.zst'] as const;
export type ImageFormat = (typeof imageFormats)[number];

/** Endings as they occur in the wild, each with what it means; the file is called NAME.ENDING. */
const endings: readonly (readonly [string, ImageFormat])[] = [
  ['.gz', 'img.gz'],
  ['.zst', 'img.zst'],
];

/** What the name of an image says about its format; every other ending is a plain image. */
export function formatOfName(path: string): ImageFormat {
  const lower = path.toLowerCase();
  return endings.find(([ending]) => lower.endsWith(ending))?.[1] ?? 'img';
}
