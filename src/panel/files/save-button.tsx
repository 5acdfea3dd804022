import { say } from '../../language/say.ts';
import { Action, type ActionProps } from '../parts/action.tsx';
import { useTools } from '../parts/page-tools.ts';

export interface SaveButtonProps extends Pick<ActionProps, 'kind' | 'disabled'> {
  readonly backup: string;
  readonly paths: readonly string[];
}

/** Takes files out of an image. The app asks where to; in a browser they go to the user's Downloads. */
export function SaveButton({ backup, paths, ...looks }: SaveButtonProps) {
  const { where } = useTools().snapshot.tool;
  return (
    <Action command={{ command: 'save', backup, paths: [...paths] }} {...looks}>
      {where === 'browser' ? say`Save to Downloads` : say`Save…`}
    </Action>
  );
}
