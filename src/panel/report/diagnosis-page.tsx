import { useRef, useState } from 'preact/hooks';
import { say } from '../../language/say.ts';
import { copyText } from '../parts/copy-text.ts';
import { PageHead } from '../parts/page-head.tsx';
import { useTools } from '../parts/page-tools.ts';
import { Chevron } from '../parts/pictures.tsx';
import { useAsk } from '../parts/use-ask.ts';
import { Trouble, Waiting } from '../parts/waiting.tsx';

/** The first pages again, and a report for whoever wants to help: seen first, then copied. */
export function DiagnosisPage() {
  const { snapshot, onMac, go } = useTools();
  const { answer, problem, isAsking, askAgain } = useAsk('diagnosis', { ask: 'diagnosis' }, 0);
  const shown = useRef<HTMLPreElement>(null);
  const [copied, setCopied] = useState<'no' | 'yes' | 'selected'>('no');
  const copy = async (text: string): Promise<void> => {
    if (!shown.current) return;
    setCopied((await copyText(text, shown.current)) ? 'yes' : 'selected');
  };
  const words = {
    no: '',
    yes: say`Copied. Paste it where you ask for help.`,
    selected: say`It is selected: press ${onMac ? '⌘C' : 'Ctrl-C'} to copy it.`,
  }[copied];
  return (
    <>
      <PageHead title={say`Help`} detail={`PiKeep ${snapshot.tool.version}`} />
      <button type="button" class="quiet" data-id="welcome" onClick={() => go({ at: 'welcome' })}>
        {say`Show the first pages again`}
        <Chevron />
      </button>
      <h3 class="section">{say`Report`}</h3>
      <p class="lead">
        {say`What PiKeep found on this computer and what it did last, for whoever helps you. Nothing personal is in it: no names, no folders, no serial numbers. Read it before you pass it on; exactly this is copied.`}
      </p>
      {problem && <Trouble problem={problem} onAgain={askAgain} />}
      {!answer && !problem && <Waiting>{say`Writing the report…`}</Waiting>}
      {answer && (
        <>
          <div class="buttons deeds">
            <button type="button" class="primary" onClick={() => void copy(answer.text)}>
              {say`Copy report`}
            </button>
            <button type="button" disabled={isAsking} onClick={askAgain}>
              {say`Write it again`}
            </button>
          </div>
          <p class="next" role="status">
            {words}
          </p>
          <section class="card diagnosis" aria-label={say`The report`}>
            <pre ref={shown}>{answer.text}</pre>
          </section>
        </>
      )}
    </>
  );
}

/** Leads to the report, from where something went wrong. */
export function ToReport() {
  const { go } = useTools();
  return (
    <button type="button" class="quiet" data-id="report" onClick={() => go({ at: 'diagnosis' })}>
      {say`Copy report…`}
    </button>
  );
}
