/** Values in their places in a message. Only this folder looks in here. */

import type { Value } from './state.ts';

const MARK = /( ?)\{(\d+)\}( ?)/g;
const HAN = /^\p{Script=Han}$/u;

/**
 * A place without a value stays as it is. In Chinese a blank stands between Han and Latin letters, and so beside the places of
 * values; beside a value that is Han itself it is left out.
 */
export function fill(text: string, values: readonly (Value | undefined)[]): string {
  return text.replace(MARK, (mark, before: string, digits: string, after: string, at: number) => {
    const value = values[Number(digits)];
    if (value === undefined) return mark;
    const written = String(value);
    const opens = isHan(text.charAt(at - 1)) && isHan(written.charAt(0)) ? '' : before;
    const ends = isHan(text.charAt(at + mark.length)) && isHan(written.slice(-1)) ? '' : after;
    return `${opens}${written}${ends}`;
  });
}

function isHan(letter: string): boolean {
  return HAN.test(letter);
}
