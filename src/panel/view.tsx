/** Snapshot in, page out. Nothing here remembers anything but which of its buttons is being pressed. */

import type { DiskView, JobView, Problem, Snapshot } from '../contract/panel.ts';
import { CardSection } from './card-section.tsx';
import { DiskCard } from './disk-card.tsx';
import { EmptySlot } from './empty-slot.tsx';
import { JobCard } from './job-card.tsx';
import { Leftovers } from './leftovers.tsx';
import { Notice } from './notice.tsx';
import { RefusedDisks } from './refused-disks.tsx';
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
  const { disks, jobs, trouble } = snapshot;
  const absent = jobs.filter((job) => !disks.some((disk) => isJobOf(job, disk)));
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
                <DiskCard disk={disk} onMac={onMac} send={send} />
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
        <RefusedDisks disks={snapshot.refused} />
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

function isJobOf(job: JobView, disk: DiskView): boolean {
  return job.disk === disk.disk && job.card === disk.card;
}
