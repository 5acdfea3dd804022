/** Tells the user what happened, in one notice per event. */

import type { Command, Problem, Reply } from '../contract/panel.ts';
import { formatBytes, formatDuration } from '../engine/format.ts';
import { sentenceCase } from '../language/format.ts';
import { say } from '../language/say.ts';
import type { Notice, NoticeAction, Notifier } from '../platform/ports.ts';
import { backupKey } from './backup-view.ts';
import type { Desk, DeskEvent } from './desk.ts';
import type { CardRef } from './event.ts';

export interface NoticeActions {
  showPanel(): void;
  /** Carries it out; what stands against it is shown in the panel. */
  command(command: Command): void;
  /** Shows the image of a finished job in its folder, also when the job is not there any more. */
  reveal(job: string, image: string): void;
}

/** What there is to look at. */
export interface NoticeFront {
  show(): void;
  /** Shows what a click came to; left out where only the state of things can be shown. */
  refuse?(problem: Problem): void;
}

/** Returns its own unsubscribe. */
export function announce(
  desk: Pick<Desk, 'command' | 'onEvent'>,
  notifier: Notifier,
  front: NoticeFront,
): () => void {
  const settle = (reply: Reply): void => {
    if (reply.ok) return;
    if (front.refuse) front.refuse(reply.problem);
    else front.show();
  };
  const actions: NoticeActions = {
    showPanel: () => front.show(),
    command: (command) => void desk.command(command).then(settle),
    async reveal(job, image) {
      const reply = await desk.command({ command: 'reveal', job });
      if (reply.ok) return;
      settle(await desk.command({ command: 'backup-reveal', backup: backupKey(image) }));
    },
  };
  return desk.onEvent((event) => {
    // Whether it could be shown changes nothing: tray and panel say the same.
    void notifier.notify(noticeOf(event, actions));
  });
}

export function noticeOf(event: DeskEvent, actions: NoticeActions): Notice {
  switch (event.happened) {
    case 'card-appeared':
      return {
        ...aboutCard(event),
        title: event.kind === 'pi' ? say`${event.title} is here` : say`A removable disk is here`,
        body: appearedBody(event),
        onClick: actions.showPanel,
        ...(event.kind === 'pi' ? { actions: [backUp(event, actions)] } : {}),
      };
    case 'reminder':
      return {
        id: `reminder ${event.pi}`,
        title: say`${event.title}: time for a backup`,
        body: `${event.last} ${say`Insert its card.`}`,
        onClick: actions.showPanel,
      };
    case 'hands-free-refused':
      return {
        ...aboutCard(event.of),
        title: say`${event.title} is not backed up`,
        body: say`Its card may not be read without you. Click to back it up, or put it in again later.`,
        onClick: actions.showPanel,
        actions: [backUp(event.of, actions)],
      };
    case 'checked':
      return {
        id: `errand ${event.errand}`,
        title: event.isBad
          ? say`A backup of ${event.title} is not good`
          : say`A backup of ${event.title} is checked`,
        body: event.sentence,
        onClick: actions.showPanel,
      };
    case 'job-done': {
      if (event.isIncomplete) {
        return {
          ...aboutCard(event.of),
          title: say`${event.title} is backed up, but not all of it`,
          body: andOut(
            event,
            say`The card could not be read everywhere, so the backup is incomplete. It is in ${event.place}.`,
          ),
          onClick: actions.showPanel,
          actions: afterBackup(event, actions),
        };
      }
      return {
        ...aboutCard(event.of),
        title: event.byItself
          ? say`${event.title} is backed up by itself`
          : say`${event.title} is backed up`,
        body: andOut(
          event,
          say`${formatBytes(event.bytes)} in ${formatDuration(event.seconds)}, in ${event.place}.`,
        ),
        onClick: () => actions.reveal(event.job, event.image),
        actions: afterBackup(event, actions),
      };
    }
    case 'restore-done': {
      return {
        ...aboutCard(event.of),
        title: say`${event.title} is restored`,
        body: andOut(
          event,
          say`${formatBytes(event.provenBytes)} read back and compared, in ${formatDuration(event.seconds)}.`,
        ),
        onClick: actions.showPanel,
        actions: eject(event, actions),
      };
    }
    case 'undo-done':
      return {
        ...aboutCard(event.of),
        title: say`The card is as it was before`,
        body: say`What it held, ${event.title}, is on it again.`,
        onClick: actions.showPanel,
      };
    case 'job-failed':
      return {
        ...aboutCard(event.of),
        title: failedTitle(event),
        body: `${event.problem} ${event.next}`.trim(),
        onClick: actions.showPanel,
      };
  }
}

/** All notices about one insertion of a card: the last takes the place of the one before. */
function aboutCard({ card }: CardRef): Pick<Notice, 'id' | 'group'> {
  return { id: `card ${card}`, group: `card ${card}` };
}

function backUp({ disk, card }: CardRef, { command }: NoticeActions): NoticeAction {
  return { label: say`Back up`, run: () => command({ command: 'backup', disk, card }) };
}

function afterBackup(
  event: Extract<DeskEvent, { happened: 'job-done' }>,
  actions: NoticeActions,
): NoticeAction[] {
  const { job, image } = event;
  const reveal = { label: say`Show file`, run: () => actions.reveal(job, image) };
  return [reveal, ...eject(event, actions)];
}

/** Nothing for a card that can be taken out already. */
function eject(
  { of: { disk, card }, ejected }: { readonly of: CardRef; readonly ejected: boolean },
  { command }: NoticeActions,
): NoticeAction[] {
  if (ejected) return [];
  return [{ label: say`Eject`, run: () => command({ command: 'eject', disk, card }) }];
}

/** "Looks like octopi — last backed up 47 days ago. 32 GB. Click to back it up." */
function appearedBody(event: Extract<DeskEvent, { happened: 'card-appeared' }>): string {
  const { kind, title, bytes, history, isUnproven = false } = event;
  const size = formatBytes(bytes);
  if (isUnproven)
    return say`A card of ${size}. What was restored to it was never proven: restore it again.`;
  if (kind === 'removable' && history === null) {
    return say`${title}, ${size}. Not a Raspberry Pi card, as far as can be seen.`;
  }
  if (history === null) return say`A Raspberry Pi card of ${size}. Click to back it up.`;
  return say`${sentenceCase(history)}. A card of ${size}; click to back it up.`;
}

/** What can be done with the card is a sentence of its own. */
function andOut({ ejected }: { readonly ejected: boolean }, sentence: string): string {
  return ejected ? `${sentence} ${say`The card can be taken out.`}` : sentence;
}

/** What the card is worth now is what counts after a restore. */
function failedTitle(event: Extract<DeskEvent, { happened: 'job-failed' }>): string {
  const { kind, card, title } = event;
  if (kind === 'backup') return say`${title} is not backed up`;
  if (card === 'unfinished') return say`${title} is not restored: its card cannot start a Pi`;
  if (card === 'unproven') return say`${title} is not restored: its card is not as it should be`;
  return kind === 'undo' ? say`The card is not as it was before` : say`${title} is not restored`;
}
