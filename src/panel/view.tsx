/** Snapshot in, page out. Nothing here remembers anything but what is being pressed or typed. */

import type { DiskView, JobView, Problem, Snapshot } from '../contract/panel.ts';
import { Backups } from './backups.tsx';
import { CardSection } from './card-section.tsx';
import { DiskCard } from './disk-card.tsx';
import { EmptySlot } from './empty-slot.tsx';
import { JobCard } from './job-card.tsx';
import { Leftovers } from './leftovers.tsx';
import { Notice } from './notice.tsx';
import { RefusedDisks } from './refused-disks.tsx';
import { RestorePage } from './restore-page.tsx';
import type { Send } from './send.ts';
import { spoken } from './spoken.ts';

export interface PageProps {
  readonly snapshot: Snapshot;
  /** Why the last command was not carried out. */
  readonly refused: Problem | null;
  readonly onMac: boolean;
  readonly send: Send;
  readonly onRefusalRead: () => void;
}

export function Page({ snapshot, refused, onMac, send, onRefusalRead }: PageProps) {
  const { restore, trouble } = snapshot;
  return (
    <>
      <header class="bar">
        <h1>PiKeep</h1>
        <p class="library" title={snapshot.library}>
          {snapshot.library}
        </p>
      </header>
      <main>
        {refused && <Notice problem={refused} onRead={onRefusalRead} />}
        {trouble && <Notice problem={trouble} />}
        {restore ? (
          <RestorePage restore={restore} snapshot={snapshot} onMac={onMac} send={send} />
        ) : (
          <Cards snapshot={snapshot} onMac={onMac} send={send} />
        )}
      </main>
      <footer class="bar">
        <label>
          <input
            type="checkbox"
            checked={snapshot.settings.ejectWhenDone}
            onChange={({ currentTarget: { checked } }) =>
              void send({ command: 'set-eject-when-done', value: checked })
            }
          />
          Eject the card when done
        </label>
        {snapshot.tool.version && <span class="version">{snapshot.tool.version}</span>}
      </footer>
      <p class="spoken" role="status" aria-live="polite">
        {spoken(snapshot)}
      </p>
    </>
  );
}

type CardsProps = Pick<PageProps, 'snapshot' | 'onMac' | 'send'>;

/** What is in the readers, what is being done to it, and what there is besides. */
function Cards({ snapshot, onMac, send }: CardsProps) {
  const { disks, jobs, trouble } = snapshot;
  const absent = jobs.filter((job) => !disks.some((disk) => isJobOf(job, disk)));
  return (
    <>
      {disks.map((disk) => {
        const job = jobs.find((one) => isJobOf(one, disk));
        return (
          <CardSection
            key={disk.card}
            title={job?.title ?? disk.title}
            stage={job?.state.is ?? 'offered'}
          >
            {job ? (
              <JobCard job={job} disk={disk} onMac={onMac} send={send} />
            ) : (
              <DiskCard
                disk={disk}
                onMac={onMac}
                canRestore={snapshot.backups.length > 0}
                send={send}
              />
            )}
          </CardSection>
        );
      })}
      {absent.map((job) => (
        <CardSection key={job.card} title={job.title} stage={job.state.is}>
          <JobCard job={job} disk={null} onMac={onMac} send={send} />
        </CardSection>
      ))}
      {disks.length + jobs.length === 0 && !trouble && (
        <EmptySlot onMac={onMac} source={snapshot.tool.source} />
      )}
      <Leftovers leftovers={snapshot.leftovers} send={send} />
      <Backups backups={snapshot.backups} more={snapshot.moreBackups} send={send} />
      <RefusedDisks disks={snapshot.refused} settings={snapshot.settings} send={send} />
    </>
  );
}

function isJobOf(job: JobView, disk: DiskView): boolean {
  return job.disk === disk.disk && job.card === disk.card;
}
