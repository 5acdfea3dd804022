/** Is this process the single executable (package, installed CLI, helper), or Node running files? */

/** Asked by name, because where Node is built without that module (some Electron builds) an `import` would end the program. */
export function isSingleExecutable(): boolean {
  return process.getBuiltinModule('node:sea')?.isSea() ?? false;
}
