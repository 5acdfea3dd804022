import type { PiView } from '../../contract/panel.ts';

/** The colour of a Pi: decoration beside its name. */
export function Dot({ colour }: { readonly colour: PiView['colour'] }) {
  return <span class={`dot-of ${colour ?? 'none'}`} aria-hidden="true" />;
}
