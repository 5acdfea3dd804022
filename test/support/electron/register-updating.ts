/** As `register.ts`, with a network (`electron-updating.ts`). */

import { registerHooks } from 'node:module';

registerHooks({
  resolve(specifier, context, nextResolve) {
    if (specifier !== 'electron') return nextResolve(specifier, context);
    return { url: new URL('./electron-updating.ts', import.meta.url).href, shortCircuit: true };
  },
});
