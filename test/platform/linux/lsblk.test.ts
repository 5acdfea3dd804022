import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { askLsblk, parseLsblk } from '../../../src/platform/linux/lsblk.ts';
import { scriptTool } from '../../support/script-tool.ts';

const card = {
  ...{ name: 'sdb', kname: 'sdb', path: '/dev/sdb', type: 'disk', size: 31_914_983_424 },
  ...{ 'log-sec': 512, rm: true, ro: false, hotplug: true, tran: 'usb', model: 'SD/MMC' },
  ...{ vendor: 'Generic-', pttype: 'dos', ptuuid: '5e3da3da', parttype: null, partlabel: null },
  ...{ fstype: null, label: null, uuid: null, mountpoints: [null] },
};
const json = (...blockdevices: unknown[]) => JSON.stringify({ blockdevices });

describe('what lsblk says', () => {
  test('is taken over where it has the expected form', () => {
    const [disk] = parseLsblk(json(card));
    expect(disk).toMatchObject({
      kname: 'sdb',
      size: 31_914_983_424,
      removable: true,
      hotplug: true,
      transport: 'usb',
      tableType: 'dos',
      tableId: '5e3da3da',
      mountPoints: [],
      children: [],
    });
  });

  test('may be in strings, as before util-linux 2.33, with one mount point', () => {
    const { mountpoints: _, ...rest } = card;
    const old = { ...rest, size: '31914983424', rm: '1', ro: '0', hotplug: '1', 'log-sec': '512' };
    const [disk] = parseLsblk(json({ ...old, mountpoint: '/media/pi/bootfs' }));
    expect(disk).toMatchObject({
      size: 31_914_983_424,
      removable: true,
      readOnly: false,
      mountPoints: ['/media/pi/bootfs'],
    });
  });

  test('hides no other disk when one is of another form', () => {
    const strange = [
      { ...card, size: -1 },
      { ...card, size: 'many' },
      { ...card, kname: '../../etc' },
      { ...card, path: 'relative' },
      { ...card, label: 'x'.repeat(5000) },
      { ...card, children: [{ ...card, size: null, kname: 7 }] },
      'sdz',
      null,
    ];
    const parsed = parseLsblk(json(...strange, { ...card, kname: 'sdc' }));
    expect(parsed.map(({ kname }) => kname)).toEqual(['sdc']);
  });

  test('leaves out a disk whose tree is deeper than any real one', () => {
    let tree: unknown = { ...card, mountpoints: ['/'] };
    for (let depth = 0; depth < 40; depth++) tree = { ...card, children: [tree] };
    expect(parseLsblk(json(tree))).toEqual([]);
  });

  test.each(['', 'lsblk: trouble', '[]', '{}', '{"blockdevices": 7}', 'null'])(
    'is TOOL_FAILED when it is %j',
    (answer) => {
      expect(() => parseLsblk(answer)).toThrow(expect.objectContaining({ code: 'TOOL_FAILED' }));
    },
  );

  test('never breaks the reader, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.array(fc.object({ key: fc.constantFrom(...Object.keys(card)) })),
        (devices) => {
          for (const node of parseLsblk(JSON.stringify({ blockdevices: devices }))) {
            expect(Number.isSafeInteger(node.size)).toBe(true);
          }
        },
      ),
    );
  });
});

describe('asking lsblk', () => {
  test('an lsblk from before 2.37 is asked again for the column it knows', async () => {
    const { mountpoints: _, ...rest } = card;
    const tool = await scriptTool(`
      case "$*" in *MOUNTPOINTS*) echo 'lsblk: unknown column: MOUNTPOINTS' >&2; exit 1;; esac
      cat <<'END'\n${json({ ...rest, mountpoint: '/boot' })}\nEND`);
    try {
      const [disk] = await askLsblk({ program: tool.program });
      expect(disk?.mountPoints).toEqual(['/boot']);
      expect(await tool.calls()).toHaveLength(2);
    } finally {
      await tool.remove();
    }
  });

  test('one that fails is TOOL_FAILED with its own words, one that is missing TOOL_MISSING', async () => {
    const tool = await scriptTool('echo "lsblk: failed to access sysfs directory" >&2; exit 1');
    try {
      await expect(askLsblk({ program: tool.program })).rejects.toMatchObject({
        code: 'TOOL_FAILED',
        facts: { tool: 'lsblk', detail: 'lsblk: failed to access sysfs directory' },
      });
    } finally {
      await tool.remove();
    }
    await expect(askLsblk({ program: '/no/such/lsblk' })).rejects.toMatchObject({
      code: 'TOOL_MISSING',
    });
  });
});
