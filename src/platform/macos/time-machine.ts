/**
 * Time Machine's list of what it leaves out, for one folder. `tmutil addexclusion ITEM` needs no rights and stays with the item
 * wherever it is moved: it is an extended attribute, com.apple.metadata:com_apple_backup_excludeItem (man tmutil).
 */

import { PiKeepError } from '../../engine/errors.ts';
import type { TimeMachine } from '../ports.ts';
import { run } from '../run.ts';
import type { MacPlaces } from './tools.ts';

export function createTimeMachine({ tools }: Pick<MacPlaces, 'tools'>): TimeMachine {
  const call = async (verb: 'addexclusion' | 'removeexclusion', path: string): Promise<void> => {
    if (!path.startsWith('/')) {
      throw new PiKeepError('INTERNAL', { detail: `not absolute: ${path}` });
    }
    const { status, stderr } = await run(tools.tmutil, [verb, path]);
    if (status === 0) return;
    const detail = stderr.trim() || `ended with status ${status}`;
    throw new PiKeepError('TOOL_FAILED', { tool: 'tmutil', detail });
  };
  return {
    exclude: (path) => call('addexclusion', path),
    include: (path) => call('removeexclusion', path),
  };
}
