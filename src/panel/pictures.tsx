/** The panel's drawings; all are decoration beside words. */

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
