/** What is wrong with how a page is laid out: text cut off, text on text, text beside the page. Looked for in the page itself. */

import type { Page } from 'playwright-core';

/** One sentence for each problem, with the text it is about. */
export function layoutProblems(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const problems: string[] = [];
    const { scrollWidth } = document.documentElement;
    if (scrollWidth > innerWidth)
      problems.push(`the page is ${scrollWidth} wide, not ${innerWidth}`);

    interface Piece {
      readonly text: string;
      readonly node: Node;
      readonly rect: DOMRect;
    }
    const pieces: Piece[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const text = node.textContent?.trim() ?? '';
      const parent = node.parentElement;
      // Bars that stay in view lie over what is scrolled; what is only heard is not seen.
      const isApart = parent?.closest('.spoken, footer, .first-run-buttons, .save-bar, .sticky');
      if (text === '' || !parent || isApart || !parent.checkVisibility()) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const rect of range.getClientRects()) {
        if (rect.width > 1) pieces.push({ text: text.slice(0, 60), node, rect });
      }
    }
    for (const { text, rect } of pieces) {
      if (rect.left < -0.5 || rect.right > innerWidth + 0.5) {
        problems.push(`“${text}” goes beyond the page (${rect.left} to ${rect.right})`);
      }
    }
    for (const [index, one] of pieces.entries()) {
      for (const other of pieces.slice(index + 1)) {
        if (one.node === other.node) continue;
        const across =
          Math.min(one.rect.right, other.rect.right) - Math.max(one.rect.left, other.rect.left);
        const down =
          Math.min(one.rect.bottom, other.rect.bottom) - Math.max(one.rect.top, other.rect.top);
        // Letters fill about two thirds of the height of their box.
        const height = Math.min(one.rect.height, other.rect.height);
        if (across > 2 && down > height * 0.35) {
          problems.push(`“${one.text}” lies on “${other.text}”`);
        }
      }
    }
    for (const element of document.body.querySelectorAll<HTMLElement>('*')) {
      const { overflowX, overflowY } = getComputedStyle(element);
      const hides = (overflow: string): boolean => overflow === 'hidden' || overflow === 'clip';
      if (element.closest('.spoken') || !element.textContent || !element.checkVisibility())
        continue;
      const { clientWidth, clientHeight, scrollWidth: wide, scrollHeight: high } = element;
      const cut = `${element.tagName} .${element.className} “${element.textContent.slice(0, 60)}”`;
      if (hides(overflowX) && wide > clientWidth + 1 && clientWidth > 0) {
        problems.push(`cut off at its side: ${cut}`);
      }
      if (hides(overflowY) && high > clientHeight + 2 && clientHeight > 0) {
        problems.push(`cut off below: ${cut}`);
      }
    }
    return problems;
  });
}
