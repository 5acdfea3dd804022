/** The pages of the first start, one after the other. Escape or one click skips them; Return goes on. */

import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { say } from '../../language/say.ts';
import { useListening } from '../parts/use-listening.ts';
import { firstRunPages } from './first-run-pages.tsx';

export function FirstRun({ onEnd }: { readonly onEnd: () => void }) {
  const [step, setStep] = useState(0);
  const section = useRef<HTMLElement>(null);
  const page = firstRunPages[step];
  const isLast = step === firstRunPages.length - 1;
  const next = (): void => (isLast ? onEnd() : setStep(step + 1));

  useLayoutEffect(() => {
    scrollTo(0, 0);
    section.current?.focus({ preventScroll: true });
  }, [step]);

  useListening('keydown', (event) => {
    // Where something is typed, it ends only that.
    if (event.key !== 'Escape' || event.target instanceof HTMLInputElement) return;
    event.preventDefault();
    onEnd();
  });

  if (!page) return null;
  const { title, Content } = page;
  const goOn = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && event.target === section.current) next();
  };
  return (
    <section
      class="first-run"
      tabIndex={-1}
      ref={section}
      aria-labelledby="first-run-title"
      onKeyDown={goOn}
    >
      <p class="first-run-step">{say`${step + 1} of ${firstRunPages.length}`}</p>
      <h2 id="first-run-title">{title()}</h2>
      <div class="first-run-content">
        <Content />
      </div>
      <div class="buttons first-run-buttons">
        {!isLast && (
          <button type="button" class="quiet" onClick={onEnd}>
            {say`Skip`}
          </button>
        )}
        <span class="left" />
        {step > 0 && (
          <button type="button" onClick={() => setStep(step - 1)}>
            {say`Back`}
          </button>
        )}
        <button type="button" class="primary" onClick={next}>
          {isLast ? say`Start` : say`Continue`}
        </button>
      </div>
    </section>
  );
}
