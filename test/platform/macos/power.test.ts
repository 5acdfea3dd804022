import { afterEach, describe, expect, it } from 'vitest';
import { macPowerSource } from '../../../src/platform/macos/power.ts';
import { systemPlaces } from '../../../src/platform/macos/tools.ts';
import { type ScriptTool, scriptTool } from '../../support/script-tool.ts';

/** Printed by pmset (apple-oss-distributions/PowerManagement, pmset.c, "Now drawing from '%s'"). */
const battery = ' -InternalBattery-0 (id=4653155)\t87%; discharging; 5:12 remaining present: true';

describe('what a Mac runs on', () => {
  let tool: ScriptTool | null = null;
  afterEach(() => tool?.remove());

  it.each([
    ['mains', "Now drawing from 'AC Power'"],
    ['battery', `Now drawing from 'Battery Power'\n${battery}`],
    ['battery', "Now drawing from 'UPS Power'"],
    ['unknown', 'Usage: pmset <options>'],
    ['unknown', ''],
  ] as const)('is %s', async (source, output) => {
    tool = await scriptTool(`cat <<'EOF'\n${output}\nEOF`);
    const tools = { ...systemPlaces.tools, pmset: tool.program };
    expect(await macPowerSource({ tools })).toBe(source);
    expect(await tool.calls()).toEqual([['-g', 'batt']]);
  });

  it('is not known without the program', async () => {
    const tools = { ...systemPlaces.tools, pmset: '/nonexistent/pmset' };
    expect(await macPowerSource({ tools })).toBe('unknown');
  });
});
