import { describe, expect, it } from 'vitest';
import {
  ago,
  contentWords,
  duration,
  fileSystemName,
  partitionName,
  portion,
  rate,
  size,
  timeLeft,
  when,
} from '../../src/panel/parts/words.ts';

describe('the panel writes', () => {
  it.each([
    [0, '0 bytes'],
    [1, '1 byte'],
    [999, '999 bytes'],
    [1000, '1 kB'],
    [999_999, '1 MB'],
    [536_870_912, '536.9 MB'],
    [999_960_000, '1.0 GB'],
    [31_914_983_424, '31.9 GB'],
    [2_000_000_000_000, '2.0 TB'],
  ])('a size of %i bytes as %s', (bytes, words) => {
    expect(size(bytes)).toBe(words);
  });

  it('a rate with what it is per', () => {
    expect(rate(88_200_000)).toBe('88.2 MB/s');
  });

  it.each([
    [0, 'A few seconds left'],
    [7.9, 'A few seconds left'],
    [8, 'About 10 seconds left'],
    [41, 'About 50 seconds left'],
    [54, 'About 60 seconds left'],
    [55, 'About 1 minute left'],
    [222, 'About 4 minutes left'],
    [3_569, 'About 59 minutes left'],
    [3_600, 'About 1 hour left'],
    [5_400, 'About 1 hour and 30 minutes left'],
    [7_100, 'About 2 hours left'],
    [36_000, 'About 10 hours left'],
  ])('%d seconds to go as “%s”', (seconds, words) => {
    expect(timeLeft(seconds)).toBe(words);
  });

  it.each([
    [6_100_000_000, 64_000_000_000, '6.1 of 64 GB'],
    [82_800_000, 31_900_000_000, '82.8 MB of 31.9 GB'],
    [10_000_000_000, 32_000_000_000, '10 of 32 GB'],
  ])('%d of %d bytes as “%s”', (part, whole, words) => {
    expect(portion(part, whole)).toBe(words);
  });

  it('a partition by the first name it has', () => {
    expect(partitionName({ index: 2, label: 'rootfs', fileSystem: 'ext' })).toBe('rootfs');
    expect(partitionName({ index: 2, label: '', fileSystem: 'fat32' })).toBe('FAT32');
    expect(partitionName({ index: 2, label: null, fileSystem: null })).toBe('Partition 2');
    expect(fileSystemName(null)).toBe('');
  });

  it.each([
    [0.2, '1 s'],
    [59.4, '59 s'],
    [60, '1 min'],
    [372, '6 min 12 s'],
    [3_600, '1 h'],
    [7_530, '2 h 6 min'],
  ])('that something took %d seconds as %s', (seconds, words) => {
    expect(duration(seconds)).toBe(words);
  });

  const now = Date.parse('2026-11-22T16:40:00Z');

  it.each([
    ['2026-11-22T16:39:00Z', 'just now'],
    ['2026-11-22T16:41:30Z', 'just now'],
    ['2026-11-22T16:00:00Z', '40 minutes ago'],
    ['2026-11-22T15:10:00Z', '1 hour ago'],
    ['2026-11-21T15:10:00Z', '1 day ago'],
    ['2026-11-19T15:10:00Z', '3 days ago'],
    ['2026-10-02T12:00:00Z', 'on 2 Oct 2026'],
    ['2027-10-02T12:00:00Z', 'on 2 Oct 2027'],
    ['<b>', '<b>'],
  ])('%s as “%s”', (at, words) => {
    expect(ago(at, now)).toBe(words);
  });

  it('a moment in the time zone of whoever reads it, and no date as it is', () => {
    expect(when('2026-11-22T16:40:00')).toBe('22 Nov 2026, 16:40');
    expect(when('yesterday')).toBe('yesterday');
  });

  it('content as a sentence, but a hostname as it is', () => {
    expect(contentWords('camera card, 214 photos', 'HOLIDAY')).toBe('Camera card, 214 photos');
    expect(contentWords('octopi, Raspberry Pi OS 12', 'octopi')).toBe('octopi, Raspberry Pi OS 12');
    expect(contentWords('', 'x')).toBe('Unknown content');
  });
});
