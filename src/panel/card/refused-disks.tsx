import { say, sayCount } from '../../language/say.ts';
import { Action } from '../parts/action.tsx';
import { useTools } from '../parts/page-tools.ts';
import { useChoice } from '../parts/use-choice.ts';
import { size } from '../parts/words.ts';

/** Disks that are never offered, folded away, each with the reason. */
export function RefusedDisks() {
  const { snapshot } = useTools();
  const { refused: disks, settings } = snapshot;
  const [showsOthers, choose] = useChoice(settings.showOtherExternal);
  if (disks.length === 0 && !showsOthers) return null;
  return (
    <details class="aside">
      <summary>{heading(disks.length)}</summary>
      <ul>
        {disks.map((disk) => (
          <li key={disk.disk}>
            <span class="names">
              <span class="name">{disk.title}</span>
              <span class="detail">{say`${disk.disk}, ${size(disk.bytes)}. ${disk.reason}`}</span>
            </span>
            {disk.protectedBy !== null && (
              <Action
                kind="small"
                command={{ command: 'unprotect', key: disk.protectedBy }}
                label={say`Allow again: ${disk.title}`}
              >
                {say`Allow again`}
              </Action>
            )}
          </li>
        ))}
      </ul>
      <label class="setting">
        <input
          type="checkbox"
          checked={showsOthers}
          onChange={({ currentTarget: { checked } }) =>
            choose(checked, { command: 'set-show-other-external', value: checked })
          }
        />
        {say`Show other external disks`}
      </label>
    </details>
  );
}

function heading(count: number): string {
  if (count === 0) return say`No disk is left alone`;
  return sayCount(count, 'One disk is left alone', '{n} disks are left alone');
}
