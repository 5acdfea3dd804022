/**
 * A name off a card. It comes with everything strange in it written "\xNN"; those are shown apart from letters, and the
 * name keeps its own direction, so that it cannot turn around what stands beside it.
 */
export function SafeName({ name }: { readonly name: string }) {
  return <bdi class="safe-name">{pieces(name)}</bdi>;
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
