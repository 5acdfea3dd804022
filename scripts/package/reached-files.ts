/** Which files of which packages the app's code reaches when it runs, found by following its imports. */

import { relative } from 'node:path';
import { build, type Rollup } from 'vite';
import { outside } from '../build-app.ts';
import { root } from './places.ts';

/** Electron is what it is packed in. */
const elsewhere = ['electron'];

/** The packages that stay outside the bundles. One that is only used on Linux is loaded too, because a bundle imports all at once. */
export const packagesOutside = outside.filter((name) => !elsewhere.includes(name));

/** Relative to the root of the project, sorted; without native code, which no import names. */
export async function reachedFiles(packages: readonly string[]): Promise<readonly string[]> {
  const entry = '\0packages.cjs';
  const result = await build({
    root,
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    // What Node looks for; Vite would take what is meant for bundlers.
    resolve: { conditions: ['node'] },
    ssr: { noExternal: true, external: elsewhere, resolve: { conditions: ['node'] } },
    build: {
      ssr: entry,
      write: false,
      minify: false,
      target: 'node24',
      rolldownOptions: {
        // koffi names the packages of every platform; the one that is needed is added by hand.
        external: [...elsewhere, /^@koromix\//],
        output: { format: 'cjs', codeSplitting: false },
      },
    },
    plugins: [
      {
        name: 'packages',
        enforce: 'pre',
        resolveId: (id) => (id.endsWith('packages.cjs') ? entry : null),
        load: (id) =>
          id === entry
            ? packages.map((name) => `require(${JSON.stringify(name)});`).join('\n')
            : null,
      },
    ],
  });
  const { output } = result as Rollup.RollupOutput;
  const files = output.flatMap((one) => (one.type === 'chunk' ? one.moduleIds : []));
  const inPackages = files.filter((id) => id.startsWith(root)).map((id) => relative(root, id));
  const reached = [...new Set(inPackages.map((id) => id.replace(/[?\0].*$/, '')))].sort();
  for (const name of packages) {
    if (
      !reached.some(
        (file) => file === `node_modules/${name}` || file.startsWith(`node_modules/${name}/`),
      )
    ) {
      throw new Error(`Nothing of ${name} was found below ${root}`);
    }
  }
  return reached;
}
