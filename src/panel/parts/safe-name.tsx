/**
 * A name as it may be shown. Names off a card come with everything strange in them written "\xNN", and those of this
 * computer's files get the same here; it is shown apart from letters, and the name keeps its own direction, so that it
 * cannot turn around what stands beside it.
 */
export function SafeName({ name }: { readonly name: string }) {
  return <bdi class="safe-name">{pieces(escaped(name))}</bdi>;
}

/** Invisible letters, and those that turn around or break what follows them. */
const STRANGE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
const encoder = new TextEncoder();

function escaped(name: string): string {
  return name.replace(STRANGE, (letter) =>
    Array.from(
      encoder.encode(letter),
      (byte) => `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`,
    ).join(''),
  );
}

function pieces(name: string) {
  // Nearly every name: one text, one node.
  if (!name.includes('\\x')) return name;
  return name
    .split(/((?:\\x[0-9A-Fa-f]{2})+)/)
    .filter((piece) => piece !== '')
    .map((piece, index) =>
      /^\\x[0-9A-Fa-f]{2}/.test(piece) ? (
        <span key={`${index}`} class="escape">
          {piece}
        </span>
      ) : (
        piece
      ),
    );
}
