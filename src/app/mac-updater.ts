/**
 * Fetches and installs a newer version with electron-updater and the system's own updater (Squirrel.Mac, which takes nothing
 * that is not signed as this app is). The only file that knows electron-updater; loaded only where there is a feed.
 */

import type { Session } from 'electron';
import type { Updater } from './updates.ts';

/** Milliseconds that the system may take to copy the new version and to look at its signature. */
const PREPARE_MS = 10 * 60 * 1000;

/** Requests of one look or one download: the list, the file, and a few servers that send on to another. */
const MOST_REQUESTS = 12;

const VERSION = /^\d{1,4}\.\d{1,4}\.\d{1,4}$/;
/** Beside the list, in the same folder of the feed; everything else would be another server's word. */
const FILE_NAME = /^[\w-][\w.-]{0,127}$/;

/** `feed` is a checked one (`updates-feed.ts`). */
export async function openMacUpdater(feed: string): Promise<Updater> {
  const [{ MacUpdater }, { app, autoUpdater: squirrel }] = await Promise.all([
    import('electron-updater/out/MacUpdater.js'),
    import('electron'),
  ]);
  const updater = new MacUpdater();
  // Its own way of telling is a notice after an unasked download, and its log names addresses and folders.
  updater.logger = null;
  updater.autoDownload = false;
  // Else Squirrel would have it as soon as it is downloaded, and put it in place at the next end, asked or not.
  updater.autoInstallOnAppQuit = false;
  updater.allowPrerelease = false;
  // A server that is taken over must not bring back a version with a known hole.
  updater.allowDowngrade = false;
  // Would keep a second copy of each version, and ask for many pieces.
  updater.disableDifferentialDownload = true;
  updater.setFeedURL({ provider: 'generic', url: feed, channel: 'latest' });
  const guard = guardRequests(updater.netSession);
  let isPrepared = false;

  return {
    async check() {
      guard.begin();
      const result = await updater.checkForUpdates();
      if (!result?.isUpdateAvailable) return null;
      const { version, files } = result.updateInfo;
      if (!VERSION.test(version)) throw new Error('the feed has no plain version');
      const isPlain =
        files.length > 0 &&
        files.every(({ url, sha512 }) => FILE_NAME.test(url) && /^[\w+/]{86}==$/.test(sha512));
      if (!isPlain) throw new Error('the feed names files elsewhere, or without a checksum');
      return version;
    },
    async download(onPercent) {
      guard.begin();
      isPrepared = false;
      const tell = ({ percent }: { readonly percent: number }) => onPercent(Math.floor(percent));
      updater.on('download-progress', tell);
      try {
        await updater.downloadUpdate();
      } finally {
        updater.off('download-progress', tell);
      }
    },
    async prepare() {
      if (isPrepared) return;
      await prepared(squirrel);
      isPrepared = true;
    },
    restart() {
      // Everything is closed by now: an app that the system would not restart can only end.
      squirrel.once('error', () => app.quit());
      updater.quitAndInstall();
    },
  };
}

/** Has the system fetch the file from electron-updater, which serves it on this computer only, and look at its signature. */
function prepared(squirrel: Electron.AutoUpdater): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (end: () => void): void => {
      clearTimeout(deadline);
      squirrel.off('update-downloaded', isThere);
      squirrel.off('update-not-available', isNone);
      squirrel.off('error', fail);
      end();
    };
    const isThere = (): void => settle(resolve);
    const fail = (error: Error): void => settle(() => reject(error));
    const isNone = (): void => fail(new Error('the system’s updater found nothing to install'));
    const deadline = setTimeout(
      () => fail(new Error('the system’s updater did not answer in time')),
      PREPARE_MS,
    );
    squirrel.on('update-downloaded', isThere);
    squirrel.on('update-not-available', isNone);
    squirrel.on('error', fail);
    squirrel.checkForUpdates();
  });
}

/**
 * What holds for each request of the updater's own session, also for those that a server sends it on to: encrypted, so many
 * at most, and without the number by which electron-updater would be told apart from all others (`x-user-staging-id`).
 */
function guardRequests({ webRequest }: Session): { begin(): void } {
  let requests = 0;
  webRequest.onBeforeRequest(({ url }, answer) => {
    requests += 1;
    answer({ cancel: !url.startsWith('https://') || requests > MOST_REQUESTS });
  });
  webRequest.onBeforeSendHeaders(({ requestHeaders }, answer) => {
    const kept = Object.entries(requestHeaders).filter(
      ([name]) => name.toLowerCase() !== 'x-user-staging-id',
    );
    answer({ requestHeaders: Object.fromEntries(kept) });
  });
  return {
    begin() {
      requests = 0;
    },
  };
}
