/** A portrait as rows of a table: what is not known has none. */

import { formatBytes } from '../engine/format.ts';
import type { Portrait } from '../engine/portrait-schema.ts';
import type { InspectResult } from '../worker/results.ts';
import { formatMoment } from './moment.ts';

type Row = [string, string];

export function portraitRows({ portrait, hostname, os, lastBackup }: InspectResult): Row[] {
  const rows: Row[] = [];
  const add = (name: string, value: string | null): void => {
    if (value !== null) rows.push([`  ${name}`, value]);
  };
  add('Hostname', portrait?.hostname ?? hostname);
  add('System', portrait ? systemWords(portrait) : os);
  if (portrait) addPortrait(portrait, add);
  if (lastBackup) {
    const since = lastBackup.changed === null ? '' : `; ${lastBackup.changed.words}`;
    add('Last backup', `${formatMoment(lastBackup.at)}${since}`);
  }
  return rows;
}

function addPortrait(portrait: Portrait, add: (name: string, value: string | null) => void): void {
  const { kernels, boots, lastModel, software, firstBoot, lastShutdown } = portrait;
  add('Kernels', listed(kernels));
  add('Starts on', boots && listed(boots));
  add('Last seen in', lastModel);
  add('Shut down', shutdownWords(portrait));
  if (lastShutdown === null) add('Last written', momentOf(portrait.lastWritten));
  add('Room', roomWords(portrait));
  add('SSH', portrait.ssh && sshWords[portrait.ssh]);
  add('Wi-Fi', portrait.wifi && wifiWords[portrait.wifi]);
  add('First start', firstBoot.started === false ? 'still to come' : null);
  add(
    'Next start',
    firstBoot.waiting.length === 0 ? null : `acts on ${firstBoot.waiting.join(', ')}`,
  );
  add('Time zone', portrait.timeZone);
  add(
    'Software',
    listed(software.map(({ name, version }) => [name, version].filter(Boolean).join(' '))),
  );
}

function systemWords({ system, architecture }: Portrait): string | null {
  if (system === null) return architecture;
  const { kind, name, version, codename, edition, built } = system;
  // The others' own words hold it already.
  const code = kind === 'dietpi' && codename !== null ? `(${codename})` : null;
  const isSaid = version !== null && name.includes(version);
  const whole = [name, isSaid ? null : version, code, edition]
    .filter((part) => part !== null)
    .join(' ');
  const image = built === null ? null : `image of ${built}`;
  return [whole, architecture, image].filter((part) => part !== null).join(', ');
}

function shutdownWords({ shutdown, lastShutdown }: Portrait): string | null {
  if (shutdown === null) return null;
  if (shutdown === 'unclean') return 'no: it lost its power, or was taken out while it ran';
  return lastShutdown === null ? 'cleanly' : `cleanly, ${formatMoment(lastShutdown)}`;
}

function roomWords({ usedBytes, freeBytes }: Portrait): string | null {
  if (usedBytes === null || freeBytes === null) return null;
  return `${formatBytes(usedBytes)} used, ${formatBytes(freeBytes)} free`;
}

function momentOf(time: string | null): string | null {
  return time === null ? null : formatMoment(time);
}

function listed(words: readonly string[]): string | null {
  return words.length === 0 ? null : words.join(', ');
}

const sshWords = { on: 'on', waiting: 'will be turned on at the next start', off: 'off' } as const;
const wifiWords = {
  configured: 'set up',
  waiting: 'will be set up at the next start',
  none: 'not set up',
} as const;
