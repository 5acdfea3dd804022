/** `diskutil` of the Mac stand-in: list, info, activity, unmountDisk, eject. */

import { readFileSync, rmSync, statSync, watch } from 'node:fs';
import { join } from 'node:path';
import { removed, startUpDump, unmounted } from '../events.ts';
import { fail } from '../fail.ts';
import { recording } from '../recordings.ts';
import { infoReply, listReply, noSuchDisk } from '../replies.ts';
import type { StandIn, StandInCard } from '../state.ts';

export function main(mac: StandIn, args: readonly string[]): void {
  const [verb, ...rest] = args;
  switch (verb) {
    case 'list':
      list(mac, rest);
      break;
    case 'info':
      info(mac, rest);
      break;
    case 'activity':
      activity(mac);
      break;
    case 'unmountDisk':
      unmountDisk(mac, rest);
      break;
    case 'eject':
      eject(mac, rest);
      break;
    default:
      fail(`diskutil: did not recognize verb "${verb}"; type "diskutil" for a list`);
  }
}

function list(mac: StandIn, args: readonly string[]): void {
  if (args.join(' ') !== '-plist') fail(`Could not find disk for ${args.at(-1)}`);
  process.stdout.write(listReply(mac.read()));
}

/** The flag has to stand before the target: errors-plist-flag-order-macos26.6.txt. */
function info(mac: StandIn, [flag, target, ...more]: readonly string[]): void {
  if (flag !== '-plist' || target === undefined || more.length > 0) fail('usage');
  const reply = infoReply(mac.read(), target);
  process.stdout.write(reply ?? noSuchDisk(target));
  if (reply === null) process.exitCode = 1;
}

/** Prints the dump of what is there, then what happens, until it is ended. */
function activity(mac: StandIn): void {
  let told = statSync(mac.eventFile).size;
  process.stdout.write(`${startUpDump(mac.read().cards).join('\n')}\n`);
  const follow = () => {
    const all = readFileSync(mac.eventFile);
    if (all.byteLength <= told) return;
    process.stdout.write(all.subarray(told));
    told = all.byteLength;
  };
  watch(mac.eventFile, follow);
  // What was told between the first look and the watch.
  follow();
}

function unmountDisk(mac: StandIn, args: readonly string[]): void {
  const forced = args[0] === 'force';
  const id = args.at(-1) ?? '';
  const outcome = mac.update(({ cards }) => {
    const card = cards.find((candidate) => candidate.id === id);
    if (!card) return 'unknown';
    if (card.mounted && !forced && card.unmountsRefused > 0) {
      card.unmountsRefused -= 1;
      return 'refused';
    }
    if (card.mounted && forced && card.forceFails) return 'force-refused';
    const before = { ...card };
    card.mounted = card.mountsAgain > 0;
    if (card.mounted) card.mountsAgain -= 1;
    return before;
  });
  if (outcome === 'unknown') fail(`Unable to find disk for ${id}`);
  if (outcome === 'refused') {
    fail(recording('unmountDisk-failed-dissenter-mds_stores.txt').replace('disk6', id));
  }
  if (outcome === 'force-refused') {
    fail(recording('unmountDisk-force-failed.txt').replace('disk3', id));
  }
  if (outcome.mounted) mac.tell(unmounted(outcome));
  process.stdout.write(recording('unmountDisk-success.txt').replace('disk3', id));
}

function eject(mac: StandIn, [id = '']: readonly string[]): void {
  const outcome = mac.update(({ cards }) => {
    const index = cards.findIndex((candidate) => candidate.id === id);
    const card: StandInCard | undefined = cards[index];
    if (!card) return 'unknown';
    if (card.ejectsRefused > 0) {
      card.ejectsRefused -= 1;
      return 'refused';
    }
    // A mount that is under way is a program like any other that keeps it.
    if (card.mountsAgain > 0) return 'refused';
    cards.splice(index, 1);
    return card;
  });
  if (outcome === 'unknown') fail(`Unable to find disk for ${id}`);
  if (outcome === 'refused') {
    fail(recording('eject-failed-dissenter-application.txt').replace('disk5', id));
  }
  for (const name of [id, `r${id}`]) rmSync(join(mac.devices, name), { force: true });
  mac.tell(removed(outcome));
  process.stdout.write(recording('eject-success.txt').replace('disk3', id));
}
