import type { AnswerTo } from '../../contract/panel.ts';
import { say, sayCount } from '../../language/say.ts';
import { Action } from '../parts/action.tsx';
import { useTools } from '../parts/page-tools.ts';
import { Row } from '../parts/row.tsx';
import { SafeName } from '../parts/safe-name.tsx';
import type { SettingsOnPage } from './use-settings.ts';

export interface NeverTouchProps {
  readonly marks: AnswerTo<'settings'>['neverTouch'];
  readonly page: SettingsOnPage;
}

/** The disks that were marked: what each is recognised by, and how to let it go again. */
export function NeverTouch({ marks, page }: NeverTouchProps) {
  return (
    <div class="row">
      <span class="label" id="never-touch">
        {say`Disks that are never touched`}
      </span>
      {marks.length === 0 ? (
        <p class="detail">{say`None. A disk is marked in the menu beside its card.`}</p>
      ) : (
        <ul class="marks" aria-labelledby="never-touch">
          {marks.map(({ key, name, by }) => (
            <li key={key}>
              <span class="names">
                <span class="name">
                  <SafeName name={name} />
                </span>
                <span class="detail">{by}</span>
              </span>
              <Action
                kind="small"
                command={{ command: 'unprotect', key }}
                send={(command) => page.command('never-touch', command)}
                label={say`Remove ${name}: ${by}`}
              >
                {say`Remove`}
              </Action>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

export interface HandsFreeProps {
  readonly pis: AnswerTo<'settings'>['handsFree'];
  readonly more: number;
}

/** The Pis that are backed up by themselves; each is set on its own page. */
export function HandsFree({ pis, more }: HandsFreeProps) {
  const { go } = useTools();
  return (
    <div class="row">
      <span class="label">{say`Pis that are backed up by themselves`}</span>
      {pis.length === 0 ? (
        <p class="detail">{say`None. It is switched on at a Pi in the library.`}</p>
      ) : (
        <ul class="lines inner">
          {pis.map(({ pi, title }) => (
            <Row
              key={pi}
              id={`hands-free ${pi}`}
              name={<SafeName name={title} />}
              onOpen={() => go({ at: 'pi', pi })}
            />
          ))}
        </ul>
      )}
      {more > 0 && <p class="detail">{sayCount(more, 'and one more', 'and {n} more')}</p>}
    </div>
  );
}
