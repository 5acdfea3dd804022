/** macOS cannot read a Pi's Linux partition, and offers to initialize, that is: to erase, the card. */
export function Hint() {
  return (
    <p class="hint">
      If your Mac says the disk is not readable, click <strong>Ignore</strong>.{' '}
      <strong>Initialize</strong> would erase it.
    </p>
  );
}
