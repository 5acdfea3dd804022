/** What a page asked to have changed, and nothing else: what is left out stays as it is. */
export function given<T extends object>(change: { readonly [K in keyof T]?: T[K] | undefined }) {
  return Object.fromEntries(
    Object.entries(change).filter(([, value]) => value !== undefined),
  ) as Partial<T>;
}
