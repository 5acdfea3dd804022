import { say } from '../../language/say.ts';
import { SafeName } from '../parts/safe-name.tsx';
import { splitPath } from './file-words.ts';

export interface CrumbsProps {
  readonly path: string;
  /** What the partition is called. */
  readonly root: string;
  readonly onEnter: (path: string) => void;
}

/** Folders of a very deep path that are named; those in the middle are left out. */
const NAMED = 6;

/** Where one is: the folders from the partition down, each a way back up. */
export function Crumbs({ path, root, onEnter }: CrumbsProps) {
  const { prefix, names } = splitPath(path);
  const steps = names.map((name, index) => ({
    name,
    path: `${prefix}/${names.slice(0, index + 1).join('/')}`,
  }));
  const left = steps.length > NAMED ? steps.slice(-NAMED) : steps;
  return (
    <nav class="crumbs" aria-label={say`Folder`}>
      <ol>
        <li>
          <Crumb isHere={steps.length === 0} onEnter={() => onEnter(`${prefix}/`)}>
            <bdi>{root || prefix}</bdi>
          </Crumb>
        </li>
        {left.length < steps.length && <li aria-hidden="true">…</li>}
        {left.map((step) => (
          <li key={step.path}>
            <Crumb isHere={step.path === steps.at(-1)?.path} onEnter={() => onEnter(step.path)}>
              <SafeName name={step.name} />
            </Crumb>
          </li>
        ))}
      </ol>
    </nav>
  );
}

interface CrumbProps {
  readonly isHere: boolean;
  readonly onEnter: () => void;
  readonly children: preact.ComponentChildren;
}

function Crumb({ isHere, onEnter, children }: CrumbProps) {
  if (isHere) return <span aria-current="location">{children}</span>;
  return (
    <button type="button" onClick={onEnter}>
      {children}
    </button>
  );
}
