/** /etc/os-release (os-release(5)), as it lies on a card: untrusted text, of which only plain ASCII comes through. */

const MAX_VALUE_LETTERS = 80;

/** A field's value without quotation marks; null where there is none. */
export function osReleaseField(release: string | null, name: string): string | null {
  const line = release?.split('\n').find((candidate) => candidate.startsWith(`${name}=`));
  const value = line
    ?.slice(name.length + 1)
    .trim()
    .replace(/^(["'])(.*)\1$/, '$2');
  return plainText(value ?? '', MAX_VALUE_LETTERS);
}

/** The system in words: PRETTY_NAME, or "Raspberry Pi OS" with its version where the card carries /etc/rpi-issue. */
export function systemName(release: string | null, raspberry: boolean): string | null {
  const version = osReleaseField(release, 'VERSION');
  if (raspberry) return version === null ? 'Raspberry Pi OS' : `Raspberry Pi OS ${version}`;
  return osReleaseField(release, 'PRETTY_NAME') ?? osReleaseField(release, 'NAME');
}

/** Printable ASCII only, at most so many letters; null when nothing is left. */
export function plainText(text: string, letters: number): string | null {
  const clean = text
    .replace(/[^\x20-\x7e]/g, '')
    .slice(0, letters)
    .trim();
  return clean === '' ? null : clean;
}
