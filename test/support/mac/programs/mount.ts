/** `mount` of the Mac stand-in, without arguments: the mount table. */

import { recording } from '../recordings.ts';
import type { StandIn } from '../state.ts';

export function main(mac: StandIn): void {
  const { cards, mounts } = mac.read();
  const own = recording('mount-table-apple-silicon.txt')
    .split('\n')
    .filter((line) => / on (\/|\/dev|\/System\/Volumes\/Data) \(/.test(line))
    .map((line) => line.replace('disk3s1s1', 'disk1s5s1').replace('disk3s5', 'disk1s1'));
  const ofCards = cards
    .filter(({ mounted }) => mounted)
    .map(({ id, label }) =>
      recording('mount-line-bootfs.txt')
        .trim()
        .replace('disk8s1', `${id}s1`)
        .replace('/Volumes/bootfs', `/Volumes/${label}`),
    );
  process.stdout.write(`${[...own, ...mounts, ...ofCards].join('\n')}\n`);
}
