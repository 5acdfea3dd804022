/** Where the records of restores are kept: the app and the command line find the same place. */

/**
 * What `restore-records.ts` gets: it makes the folder "restores" in it. The library, because a restore never writes the disk
 * below that.
 */
export function recordsFolder(library: string): string {
  return library;
}
