import type { Snapshot } from '../contract/panel.ts';
import { size } from './words.ts';

/** Disks that are never offered, folded away, each with the reason. */
export function RefusedDisks({ disks }: { readonly disks: Snapshot['refused'] }) {
  if (disks.length === 0) return null;
  return (
    <details class="aside">
      <summary>
        {disks.length === 1 ? 'One disk is' : `${disks.length} disks are`} left alone
      </summary>
      <ul>
        {disks.map((disk) => (
          <li key={disk.disk}>
            <span class="names">
              <span class="name">{disk.title}</span>
              <span class="detail">
                {disk.disk}, {size(disk.bytes)}. {disk.reason}
              </span>
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}
