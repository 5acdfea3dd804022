/** The panel's drawings; all are decoration beside words. */

import type { FileView } from '../../contract/panel.ts';

/** A memory card; `lit` for a Pi's. */
export function CardPicture({ lit }: { readonly lit: boolean }) {
  return (
    <svg class={lit ? 'picture lit' : 'picture'} viewBox="0 0 40 40" aria-hidden="true">
      <path
        class="body"
        d="M11 4.5h12.2c.8 0 1.6.3 2.1.9l4.8 4.8c.6.6.9 1.3.9 2.1V33a2.5 2.5 0 0 1-2.5 2.5h-17A2.5 2.5 0 0 1 9 33V6.5a2 2 0 0 1 2-2z"
      />
      <path class="contacts" d="M13.5 8.5v6M17.5 8.5v6M21.5 8.5v6" />
      <rect class="label" x="13" y="20" width="14" height="10" rx="1.5" />
    </svg>
  );
}

export function Tick() {
  return (
    <svg class="mark good" viewBox="0 0 16 16" aria-hidden="true">
      <circle cx="8" cy="8" r="7.5" />
      <path d="M4.8 8.3l2.2 2.2 4.3-4.7" />
    </svg>
  );
}

export function Cross() {
  return (
    <svg class="mark bad" viewBox="0 0 16 16" aria-hidden="true">
      <circle cx="8" cy="8" r="7.5" />
      <path d="M8 4.2v4.6M8 11.4v.2" />
    </svg>
  );
}

/** A card on its way into a slot. */
export function SlotPicture() {
  return (
    <svg class="slot" viewBox="0 0 160 112" aria-hidden="true">
      <path
        class="body"
        d="M58 6h30.5c1.6 0 3.1.6 4.2 1.8l10.5 10.4c1.2 1.2 1.8 2.7 1.8 4.3V82H54V10a4 4 0 0 1 4-4z"
      />
      <path class="contacts" d="M63 14v13M71 14v13M79 14v13M87 14v13" />
      <rect class="label" x="62" y="38" width="35" height="24" rx="3" />
      <path
        class="reader"
        d="M20 82h120a6 6 0 0 1 6 6v14a6 6 0 0 1-6 6H20a6 6 0 0 1-6-6V88a6 6 0 0 1 6-6z"
      />
      <path class="mouth" d="M46 90h68" />
    </svg>
  );
}

/** At the end of a line that leads further. */
export function Chevron() {
  return (
    <svg class="chevron" viewBox="0 0 8 12" aria-hidden="true">
      <path d="M2 2l4 4-4 4" />
    </svg>
  );
}

/** Something to be thought about. */
export function Remark() {
  return (
    <svg class="mark remark" viewBox="0 0 16 16" aria-hidden="true">
      <path class="body" d="M8 1.2l7 12.6H1z" />
      <path d="M8 6v3.4M8 11.6v.1" />
    </svg>
  );
}

/** Nobody knows. */
export function Question() {
  return (
    <svg class="mark unknown" viewBox="0 0 16 16" aria-hidden="true">
      <circle cx="8" cy="8" r="7.5" />
      <path d="M6.2 6.3c0-2.4 3.7-2.3 3.7 0 0 1.5-1.9 1.5-1.9 3M8 11.6v.1" />
    </svg>
  );
}

/** Boxes on a shelf. */
export function ShelfPicture() {
  return (
    <svg class="slot shelf" viewBox="0 0 160 112" aria-hidden="true">
      <path class="reader" d="M14 92h132M14 50h132" />
      <path class="body" d="M28 62h18v30H28zM50 58h18v34H50zM98 62h18v30H98zM40 20h18v30H40z" />
      <path
        class="contacts"
        d="M33 68v6M41 68v6M55 64v6M63 64v6M103 68v6M111 68v6M45 26v6M53 26v6"
      />
    </svg>
  );
}

/** What an entry of a folder is. */
export function FilePicture({ kind }: { readonly kind: FileView['kind'] }) {
  return (
    <svg class={`file-picture ${kind}`} viewBox="0 0 20 20" aria-hidden="true">
      {kind === 'folder' ? (
        <path
          class="body"
          d="M2.5 5.5c0-.8.7-1.5 1.5-1.5h3.6l1.7 1.8H16c.8 0 1.5.7 1.5 1.5v7.2c0 .8-.7 1.5-1.5 1.5H4c-.8 0-1.5-.7-1.5-1.5z"
        />
      ) : (
        <path
          class="body"
          d="M5 2.8h6.2L15.5 7v9c0 .7-.5 1.2-1.2 1.2H5c-.7 0-1.2-.5-1.2-1.2V4c0-.7.5-1.2 1.2-1.2z"
        />
      )}
      {kind === 'file' && <path class="strokes" d="M6.8 9.5h5.6M6.8 12.5h4" />}
      {kind === 'link' && (
        <path class="strokes" d="M7 13.5c0-3 1.500-4 5-4M9.800 7.300l2.400 2.200-2.400 2.200" />
      )}
      {kind === 'unknown' && <path class="strokes" d="M9.600 7.500v4M9.600 14v.1" />}
    </svg>
  );
}
