/** The page in marked English: what is said through the language stands in ⟦…⟧, and what is not can be listed. */

import type { Page } from 'playwright-core';
import type { Plugin } from 'vite';

declare global {
  interface Window {
    speakMarkedEnglish: () => void;
    speakEnglish: () => void;
  }
}

/** Puts the two languages in the hands of the test. Only this test's page is built with it. */
export const languageAtHand: Plugin = {
  name: 'language-at-hand',
  transform(code, id) {
    if (!id.endsWith('/src/panel/main.tsx')) return null;
    return `${code}
import { useEnglish, useMarkedEnglish } from '../language/use-language.ts';
Object.assign(window, { speakEnglish: useEnglish, speakMarkedEnglish: useMarkedEnglish });`;
  },
};

/** What is the same in every language, and what `Intl` writes: sizes, rates, moments and times that are gone. */
const FIGURES = [
  /PiKeep|SHA-256|FAT32/g,
  // The rights of a file and its owner.
  /[-a-z][-rwxstST]{9}( \d+:\d+)?/g,
  /[\d,.]+ ?(bytes?|kB|MB|GB|TB)(\/s)?/g,
  /\d{1,2} \p{L}{3,4} \d{4}(, \d\d:\d\d)?/gu,
  /\d+ (minutes?|hours?|days?) ago/g,
];

/**
 * Texts of the page that do not lie in marks, in the order of the page: what is shown, heard, or hinted at. `data` are names
 * and other texts that come from elsewhere: one of them, or several words out of one, are no text of the page. Everything that
 * is folded away is unfolded for it.
 */
export async function unmarkedTexts(page: Page, data: readonly string[]): Promise<string[]> {
  const names = new Set(data);
  const sentences = data.map((text) => text.toLowerCase());
  const isKnown = (text: string): boolean =>
    names.has(text) ||
    (text.includes(' ') && sentences.some((one) => one.includes(text.toLowerCase())));
  const texts = await page.evaluate(readUnmarked);
  return texts
    .flatMap((text) => text.split(' · '))
    .map((text) => text.trim())
    .filter((text) => !isKnown(text))
    .filter((text) => /\p{L}{2,}/u.test(FIGURES.reduce(without, text)));
}

function without(text: string, figure: RegExp): string {
  return text.replace(figure, '');
}

/** Every text within a snapshot or an answer. */
export function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(textsIn) : [];
}

/** Runs in the page, so it may use nothing from outside. */
function readUnmarked(): string[] {
  const found: string[] = [];
  let depth = 0;
  const readText = (text: string): void => {
    let piece = '';
    for (const letter of text) {
      if (letter === '⟦') depth += 1;
      if (depth === 0) piece += letter;
      if (letter === '⟧') depth -= 1;
      if (letter === '⟦' || letter === '⟧') {
        found.push(piece);
        piece = '';
      }
    }
    found.push(piece);
  };
  for (const fold of document.querySelectorAll('details')) fold.open = true;
  const walker = document.createTreeWalker(
    document.body,
    NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT,
    (node) =>
      // Names off a card, code, and what is no text.
      node instanceof Element && node.matches('script, style, code, pre, .safe-name')
        ? NodeFilter.FILTER_REJECT
        : NodeFilter.FILTER_ACCEPT,
  );
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!(node instanceof Element)) {
      readText(node.textContent ?? '');
      continue;
    }
    const outside = depth;
    for (const name of ['aria-label', 'title', 'placeholder', 'alt']) {
      depth = 0;
      readText(node.getAttribute(name) ?? '');
    }
    depth = outside;
  }
  if (depth !== 0) found.push('a mark is not closed');
  return found;
}
