import { describe, expect, it } from 'vitest';
import { plainText } from '../../src/desk/plain-text.ts';

describe('text from a card', () => {
  it.each([
    ['bootfs', 'bootfs'],
    ['  two  words ', 'two  words'],
    ['Karte Ω 卡 😀', 'Karte Ω 卡 😀'],
    ['a\u0000b\u001b[31mc\r\nd', 'a b [31mc d'],
    ['gnp.\u202Egpj', 'gnp. gpj'],
    ['zero\u200Bwidth\uFEFF', 'zero width'],
    ['half \uD83D one', 'half \uFFFD one'],
    ['0123456789abcdefg', '0123456789abcde…'],
    ['0123456789abcd😀😀', '0123456789abcd\uFFFD…'],
    ['', ''],
  ])('%j is shown as %j', (given, shown) => {
    expect(plainText(given, 16)).toBe(shown);
  });
});
