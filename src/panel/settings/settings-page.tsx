import type { AnswerTo } from '../../contract/panel.ts';
import { languageNames, languages } from '../../language/languages.ts';
import { say, sayAround } from '../../language/say.ts';
import { EveryDays } from '../parts/every-days.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { Trouble, Waiting } from '../parts/waiting.tsx';
import { SettingsFolder } from './settings-folder.tsx';
import { HandsFree, NeverTouch } from './settings-lists.tsx';
import { StartAtLogin } from './settings-login.tsx';
import { ChoiceRow, Group, Saved, SwitchRow } from './settings-row.tsx';
import { formatWords, verifyWords } from './settings-words.ts';
import { type SettingsOnPage, useSettings } from './use-settings.ts';

/** Everything that can be set, in one short list; each change is saved at once. */
export function SettingsPage() {
  const page = useSettings();
  const { settings, problem, askAgain } = page;
  return (
    <>
      <PageHead title={say`Settings`} />
      {problem && <Trouble problem={problem} onAgain={askAgain} />}
      {!settings && !problem && <Waiting>{say`Reading the settings…`}</Waiting>}
      {settings && (
        <div class="settings">
          <Backups settings={settings} page={page} />
          <Attention settings={settings} page={page} />
          <Disks settings={settings} page={page} />
          <Program settings={settings} page={page} />
        </div>
      )}
    </>
  );
}

interface GroupOfProps {
  readonly settings: AnswerTo<'settings'>;
  readonly page: SettingsOnPage;
}

function Backups({ settings, page }: GroupOfProps) {
  const { saved, set } = page;
  const { format, verify, ejectWhenDone, excludeFromTimeMachine } = settings;
  return (
    <Group id="backups" title={say`Backups`}>
      <SettingsFolder library={settings.library} page={page} />
      <ChoiceRow
        id="format"
        label={say`Kind of image`}
        {...formatWords(format)}
        isSaved={saved === 'format'}
        value={format}
        onChange={(value) => set('format', { format: value })}
      />
      <ChoiceRow
        id="verify"
        label={say`Proof`}
        {...verifyWords(verify)}
        isSaved={saved === 'verify'}
        value={verify}
        onChange={(value) => set('verify', { verify: value })}
      />
      <SwitchRow
        id="eject"
        label={say`Eject the card when done`}
        isSaved={saved === 'eject'}
        isOn={ejectWhenDone}
        onChange={(isOn) => set('eject', { ejectWhenDone: isOn })}
      />
      {settings.hasTimeMachine && (
        <SwitchRow
          id="time-machine"
          label={say`Leave the folder out of Time Machine`}
          detail={say`Time Machine would copy every image again, which takes much room. Without it the images are on this disk only.`}
          isSaved={saved === 'time-machine'}
          isOn={excludeFromTimeMachine}
          onChange={(isOn) => set('time-machine', { excludeFromTimeMachine: isOn })}
        />
      )}
    </Group>
  );
}

function Attention({ settings, page }: GroupOfProps) {
  const { remindDays, handsFree, moreHandsFree } = settings;
  return (
    <Group id="reminders" title={say`Reminders and by itself`}>
      <div class="row days-row">
        <EveryDays
          days={remindDays}
          usual={30}
          words={{
            sentence: (input) =>
              sayAround`Remind me of a Pi when its last good backup is older than ${input} days`,
            switch: (days) =>
              say`Remind me of a Pi when its last good backup is older than ${days} days`,
            days: say`Remind me of a Pi when its last good backup is older than: days`,
          }}
          onChange={(days) => page.set('remind', { remindDays: days })}
        />
        <Saved isSaved={page.saved === 'remind'} />
        <p class="detail">{say`A Pi can have another number on its own page.`}</p>
      </div>
      <HandsFree pis={handsFree} more={moreHandsFree} />
    </Group>
  );
}

function Disks({ settings, page }: GroupOfProps) {
  return (
    <Group id="disks" title={say`Disks`}>
      <SwitchRow
        id="other-disks"
        label={say`Show other external disks`}
        detail={say`Also those that are no cards. To write over one, its name has to be typed.`}
        isSaved={page.saved === 'other-disks'}
        isOn={settings.showOtherExternal}
        onChange={(isOn) => page.set('other-disks', { showOtherExternal: isOn })}
      />
      <NeverTouch marks={settings.neverTouch} page={page} />
    </Group>
  );
}

function Program({ settings, page }: GroupOfProps) {
  const own = languages.map((value) => ({ value, words: languageNames[value], lang: value }));
  const { language, systemLanguage, loginItem } = settings;
  const system = say`As the system: ${languageNames[systemLanguage]}`;
  return (
    <Group id="program" title="PiKeep">
      {loginItem !== null && <StartAtLogin state={loginItem} page={page} />}
      <ChoiceRow
        id="language"
        label={say`Language`}
        isSaved={page.saved === 'language'}
        value={language}
        choices={[{ value: 'system', words: system }, ...own]}
        onChange={(value) => page.set('language', { language: value })}
      />
    </Group>
  );
}
