import type { PortraitView } from '../../contract/panel.ts';
import { type Phrase, say, sayPhrase, toSay } from '../../language/say.ts';
import { fileSystemName, listed, portion, size, when } from '../parts/words.ts';

/** What the image says about its Pi. What is not known has no line. */
export function Portrait({ portrait }: { readonly portrait: PortraitView }) {
  const lines = portraitLines(portrait);
  if (lines.length === 0) return null;
  return (
    <section class="card facts" aria-labelledby="portrait">
      <h3 id="portrait">{say`The Pi on it`}</h3>
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

const ssh: Readonly<Record<NonNullable<PortraitView['ssh']>, Phrase>> = {
  on: toSay('on'),
  waiting: toSay('on from the next start'),
  off: toSay('off'),
};
const wifi: Readonly<Record<NonNullable<PortraitView['wifi']>, Phrase>> = {
  configured: toSay('set up'),
  waiting: toSay('set up at the next start'),
  none: toSay('not set up'),
};

function portraitLines(portrait: PortraitView): (readonly [string, string])[] {
  const { hostname, system, architecture, kernels, boots, lastModel, software } = portrait;
  const { usedBytes, freeBytes, shutdown, lastShutdown, lastWritten, waiting } = portrait;
  const lines: (readonly [string, string | null])[] = [
    [say`Hostname`, hostname],
    [say`System`, listed([system, architecture])],
    [say`Kernel`, listed(kernels)],
    [say`Starts on`, boots && listed(boots)],
    [say`Last seen on`, lastModel],
    [say`Shut down`, shutdownWords(shutdown, lastShutdown)],
    [
      say`Last written`,
      lastWritten === null || lastShutdown === lastWritten ? null : when(lastWritten),
    ],
    [
      say`Space`,
      usedBytes === null || freeBytes === null
        ? null
        : say`${portion(usedBytes, usedBytes + freeBytes)} used`,
    ],
    [say`SSH`, portrait.ssh === null ? null : sayPhrase(ssh[portrait.ssh])],
    [say`Wi-Fi`, portrait.wifi === null ? null : sayPhrase(wifi[portrait.wifi])],
    [say`First start`, portrait.started === false ? say`still to come` : null],
    [say`Will act on`, listed(waiting)],
    [say`Time zone`, portrait.timeZone],
    [
      say`Software`,
      listed(software.map(({ name, version }) => (version ? `${name} ${version}` : name))),
    ],
    [say`Table`, portrait.tableId],
    ...portrait.volumes.map(
      ({ partition, type, label, bytes, uuid }): readonly [string, string] => [
        say`Partition ${partition}`,
        listed([fileSystemName(type), label, bytes === null ? null : size(bytes), uuid]),
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
  if (shutdown === 'unclean') return say`not cleanly: it lost its power, or was pulled out`;
  return at === null ? say`cleanly` : say`cleanly, ${when(at)}`;
}
