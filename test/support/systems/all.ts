/** Every system that a portrait knows, and cards that are none. */

import type { SystemLayout } from './lay-out.ts';
import { otherSystems } from './others.ts';
import { raspberrySystems } from './raspberry.ts';

export const allSystems: readonly SystemLayout[] = [...raspberrySystems, ...otherSystems];
