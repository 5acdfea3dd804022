/** The head of a page, where whoever works by keyboard or listens begins. */

import type { ComponentChildren } from 'preact';

export interface PageHeadProps {
  readonly title: ComponentChildren;
  /** Under the title. */
  readonly detail?: ComponentChildren;
  /** In front of the title. */
  readonly lead?: ComponentChildren;
}

export function PageHead({ title, detail, lead }: PageHeadProps) {
  return (
    <div class="page-head">
      {lead}
      <div class="names">
        <h2 id="page-title">{title}</h2>
        {detail && <p class="subtitle">{detail}</p>}
      </div>
    </div>
  );
}
