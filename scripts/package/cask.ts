/** The Homebrew cask: its text from the disk images of both architectures (https://docs.brew.sh/Cask-Cookbook). */

import { sha256Of } from '../build-notices.ts';
import { APP_ID, MINIMUM_MACOS, PRODUCT } from './places.ts';

export interface CaskFacts {
  readonly version: string;
  /** Where the disk images are published, without the slash at the end. */
  readonly address: string;
  readonly arm64: string;
  readonly x64: string;
}

/** Names of the releases of macOS in casks. */
const releases: Readonly<Record<string, string>> = { '13.0': ':ventura', '14.0': ':sonoma' };

/** `arm64` and `x64` are checksums. Throws for a checksum or a version that is none: they end up in a program. */
export function caskText({ version, address, arm64, x64 }: CaskFacts): string {
  if (!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)) throw new Error(`no version: ${version}`);
  if (!/^https:\/\/[\w.:/-]+[\w]$/.test(address)) throw new Error(`no address: ${address}`);
  for (const sum of [arm64, x64]) {
    if (!/^[0-9a-f]{64}$/.test(sum)) throw new Error(`no SHA-256: ${sum}`);
  }
  const release = releases[MINIMUM_MACOS];
  if (release === undefined) throw new Error(`no name for macOS ${MINIMUM_MACOS}`);
  return `cask "pikeep" do
  arch arm: "arm64", intel: "x64"

  version "${version}"
  sha256 arm:   "${arm64}",
         intel: "${x64}"

  url "${address}/${PRODUCT}-#{version}-#{arch}.dmg"
  name "${PRODUCT}"
  desc "Keeps Raspberry Pi SD cards safe: insert the card, one click, a proven image"
  homepage "${address}"

  depends_on macos: ">= ${release}"

  app "${PRODUCT}.app"
  binary "#{appdir}/${PRODUCT}.app/Contents/Helpers/pikeep"

  uninstall quit: "${APP_ID}"

  # Backups and the library stay.
  zap trash: [
    "~/Library/Application Support/${PRODUCT}",
    "~/Library/Caches/${APP_ID}.ShipIt",
    "~/Library/Caches/${PRODUCT}",
    "~/Library/Caches/${PRODUCT.toLowerCase()}-updater",
    "~/Library/Logs/${PRODUCT}",
    "~/Library/Preferences/${APP_ID}.plist",
  ]
end
`;
}

/** The same, with the checksums of two disk images. */
export async function caskOf(
  facts: Pick<CaskFacts, 'version' | 'address'>,
  images: { readonly arm64: string; readonly x64: string },
): Promise<string> {
  const { arm64, x64 } = images;
  return caskText({ ...facts, arm64: await sha256Of(arm64), x64: await sha256Of(x64) });
}
