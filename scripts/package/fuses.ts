/**
 * What Electron is not to do in a package, burnt into its program (https://www.electronjs.org/docs/latest/tutorial/fuses). The
 * names are those of electron-builder's `electronFuses`.
 */
export const fuses = {
  /** ELECTRON_RUN_AS_NODE would let any program run its code with the rights that macOS gave to PiKeep. */
  runAsNode: false,
  /** There are no cookies; a key for them would only bring a question of the keychain. */
  enableCookieEncryption: false,
  enableNodeOptionsEnvironmentVariable: false,
  enableNodeCliInspectArguments: false,
  enableEmbeddedAsarIntegrityValidation: true,
  onlyLoadAppFromAsar: true,
  loadBrowserProcessSpecificV8Snapshot: false,
  /** The page comes from a scheme of PiKeep's own. */
  grantFileProtocolExtraPrivileges: false,
} as const;
