import type { ComponentChildren } from 'preact';

/** What the squares of the map mean, with the figures. */
export function MapKey({ children }: { readonly children: ComponentChildren }) {
  return <ul class="key">{children}</ul>;
}

export interface KeyProps {
  readonly of: 'copied' | 'wanted' | 'free';
  readonly children: ComponentChildren;
}

export function Key({ of, children }: KeyProps) {
  const [at, length] = of === 'free' ? [3.2, 1.6] : [1, 6];
  return (
    <li>
      <svg viewBox="0 0 8 8" aria-hidden="true">
        <rect class={of} x={at} y={at} width={length} height={length} />
      </svg>
      <span>{children}</span>
    </li>
  );
}
