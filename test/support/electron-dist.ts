/**
 * A folder as Electron's own zip for macOS unpacks to, with nothing inside its programs but a header and the fuses. It lets the
 * packer do all it does on any computer; what it makes cannot be started.
 */

import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'plist';
import { cpu, fileType, thin } from './mach-o-forge.ts';

/** Mark, version 1, nine fuses as Electron ships them (its docs/tutorial/fuses.md and build/fuses/fuses.json5). */
const wire = Buffer.concat([
  Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'),
  Buffer.from([1, 9]),
  Buffer.from('101100011'),
]);

/** What Electron's Info.plist asks for on behalf of apps that need it. */
const usage = {
  NSBluetoothAlwaysUsageDescription: 'This app needs access to Bluetooth',
  NSCameraUsageDescription: 'This app needs access to the camera',
  NSMicrophoneUsageDescription: 'This app needs access to the microphone',
};

export function makeElectronDist(folder: string, architecture: 'arm64' | 'x64'): void {
  const program = (type: number) => thin(cpu[architecture], type);
  const app = (place: string, name: string) => {
    mkdirSync(join(place, 'Contents/MacOS'), { recursive: true });
    const names = {
      CFBundleExecutable: name,
      CFBundleName: name,
      CFBundleIdentifier: 'com.github.Electron',
    };
    writeFileSync(join(place, 'Contents/Info.plist'), build({ ...names, ...usage }));
    const file = join(place, 'Contents/MacOS', name);
    writeFileSync(file, program(fileType.executable), { mode: 0o755 });
  };
  const electron = join(folder, 'Electron.app');
  app(electron, 'Electron');
  const frameworks = join(electron, 'Contents/Frameworks');
  for (const kind of ['', ' (GPU)', ' (Plugin)', ' (Renderer)']) {
    app(join(frameworks, `Electron Helper${kind}.app`), `Electron Helper${kind}`);
  }
  const framework = join(frameworks, 'Electron Framework.framework');
  const resources = join(framework, 'Versions/A/Resources');
  for (const language of ['en', 'de']) {
    mkdirSync(join(electron, 'Contents/Resources', `${language}.lproj`), { recursive: true });
    mkdirSync(join(resources, `${language}.lproj`), { recursive: true });
    writeFileSync(join(resources, `${language}.lproj/locale.pak`), language);
  }
  const library = Buffer.concat([program(fileType.library), wire]);
  writeFileSync(join(framework, 'Versions/A/Electron Framework'), library);
  symlinkSync('A', join(framework, 'Versions/Current'));
  for (const name of ['Electron Framework', 'Resources']) {
    symlinkSync(`Versions/Current/${name}`, join(framework, name));
  }
  writeFileSync(join(folder, 'LICENSE'), 'Electron\n');
  writeFileSync(join(folder, 'LICENSES.chromium.html'), '<html></html>\n');
}
