import type { PortraitView } from '../contract/panel.ts';
import { portion, size, when } from './words.ts';

/** What the image says about its Pi. What is not known has no line. */
export function Portrait({ portrait }: { readonly portrait: PortraitView }) {
  const lines = portraitLines(portrait);
  if (lines.length === 0) return null;
  return (
    <section class="card facts" aria-labelledby="portrait">
      <h3 id="portrait">The Pi on it</h3>
      <dl>
        {lines.map(([name, words]) => (
          <>
            <dt>{name}</dt>
            <dd class="place">{words}</dd>
          </>
        ))}
      </dl>
    </section>
  );
}

const ssh = { on: 'on', waiting: 'on from the next start', off: 'off' } as const;
const wifi = {
  configured: 'set up',
  waiting: 'set up at the next start',
  none: 'not set up',
} as const;

function portraitLines(portrait: PortraitView): (readonly [string, string])[] {
  const { hostname, system, architecture, kernels, boots, lastModel, software } = portrait;
  const { usedBytes, freeBytes, shutdown, lastShutdown, lastWritten, waiting } = portrait;
  const lines: (readonly [string, string | null])[] = [
    ['Hostname', hostname],
    ['System', [system, architecture].filter(Boolean).join(', ')],
    ['Kernel', kernels.join(', ')],
    ['Starts on', boots === null ? null : boots.join(', ')],
    ['Last seen on', lastModel],
    ['Shut down', shutdownWords(shutdown, lastShutdown)],
    [
      'Last written',
      lastWritten === null || lastShutdown === lastWritten ? null : when(lastWritten),
    ],
    [
      'Space',
      usedBytes === null || freeBytes === null
        ? null
        : `${portion(usedBytes, usedBytes + freeBytes)} used`,
    ],
    ['SSH', portrait.ssh === null ? null : ssh[portrait.ssh]],
    ['Wi-Fi', portrait.wifi === null ? null : wifi[portrait.wifi]],
    ['First start', portrait.started === false ? 'still to come' : null],
    ['Will act on', waiting.join(', ')],
    ['Time zone', portrait.timeZone],
    [
      'Software',
      software.map(({ name, version }) => (version ? `${name} ${version}` : name)).join(', '),
    ],
    ['Table', portrait.tableId],
    ...portrait.volumes.map(
      ({ partition, type, label, bytes, uuid }): readonly [string, string] => [
        `Partition ${partition}`,
        [type, label, bytes === null ? null : size(bytes), uuid].filter(Boolean).join(', '),
      ],
    ),
  ];
  return lines.flatMap(([name, words]) => (words ? [[name, words] as const] : []));
}

function shutdownWords(
  shutdown: PortraitView['shutdown'],
  at: PortraitView['lastShutdown'],
): string | null {
  if (shutdown === null) return null;
  if (shutdown === 'unclean') return 'not cleanly: it lost its power, or was pulled out';
  return at === null ? 'cleanly' : `cleanly, ${when(at)}`;
}
