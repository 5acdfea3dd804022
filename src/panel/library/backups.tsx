import { say, sayCount } from '../../language/say.ts';
import { Action } from '../parts/action.tsx';
import { useTools } from '../parts/page-tools.ts';
import { listed, size, when } from '../parts/words.ts';
import { flawWords } from './library-words.ts';

/** The backups of the library, folded away, each with the way back to a card. */
export function Backups() {
  const { backups, moreBackups: more } = useTools().snapshot;
  const all = backups.length + more;
  if (all === 0) return null;
  return (
    <details class="aside">
      <summary>{sayCount(all, 'One backup', '{n} backups')}</summary>
      <ul>
        {backups.map(({ backup, title, name, at, bytes, incomplete, verified }) => (
          <li key={backup}>
            <span class="names">
              <span class="name" title={name}>
                {title}
              </span>
              <span class="detail">
                {listed([when(at), say`${size(bytes)} card`, flawWords(incomplete, verified)])}
              </span>
            </span>
            <Action
              kind="small"
              command={{ command: 'restore-open', from: { with: 'backup', backup } }}
              label={say`Restore ${title} of ${when(at)}`}
            >
              {say`Restore…`}
            </Action>
          </li>
        ))}
        {more > 0 && (
          <li class="detail">
            {sayCount(more, 'and {n} older one in the folder', 'and {n} older ones in the folder')}
          </li>
        )}
      </ul>
    </details>
  );
}
