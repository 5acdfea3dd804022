import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  chooseAll,
  click,
  goTo,
  lineAfter,
  noChoice,
  typedAhead,
} from '../../src/panel/files/file-keys.ts';
import { splitPath } from '../../src/panel/files/file-words.ts';
import { rowsInView } from '../../src/panel/files/row-window.ts';
import { whyWords } from '../../src/panel/library/library-words.ts';
import { atHome, goBack, goBeside, goOn, present, type Route } from '../../src/panel/route.ts';

const left = { scrolled: 120, focused: 'pi pi-1' };
const library: Route = { at: 'library' };
const pi: Route = { at: 'pi', pi: 'pi-1' };
const report: Route = { at: 'report', backup: 'b-1' };

describe('the way through the pages', () => {
  it('keeps what was left on each page for coming back', () => {
    const way = goOn(goOn(atHome, library, left), pi, left);
    expect(present(way).route).toEqual(pi);
    expect(present(goBack(way))).toEqual({ route: library, ...left });
    expect(goBack(goBack(goBack(way)))).toHaveLength(1);
  });

  it('goes back to a page that is on it already', () => {
    const way = goOn(goOn(goOn(atHome, library, left), pi, left), report, left);
    expect(goOn(way, pi, left).map(({ route }) => route.at)).toEqual(['home', 'library', 'pi']);
  });

  it('is not made longer by choosing beside', () => {
    const way = goOn(goOn(goOn(atHome, library, left), pi, left), report, left);
    const other: Route = { at: 'pi', pi: 'pi-2' };
    expect(goBeside(way, other, left).map(({ route }) => route)).toEqual([
      { at: 'home' },
      library,
      other,
    ]);
  });

  it('begins at home and has an end, however one walks', () => {
    const routes = fc.array(fc.record({ at: fc.constant('pi' as const), pi: fc.string() }));
    fc.assert(
      fc.property(routes, (all) => {
        const way = all.reduce((so, route) => goOn(so, route, left), atHome);
        expect(way[0]?.route.at).toBe('home');
        expect(way.length).toBeLessThanOrEqual(32);
        expect(present(way).route).toEqual(all.at(-1) ?? { at: 'home' });
      }),
    );
  });
});

describe('moving in a list of files', () => {
  it('stays in the list', () => {
    expect(lineAfter('ArrowUp', noChoice, 5, 10)).toBe(4);
    expect(lineAfter('ArrowDown', noChoice, 5, 10)).toBe(0);
    expect(lineAfter('PageDown', goTo(noChoice, 2, { shiftKey: false }), 5, 10)).toBe(4);
    expect(lineAfter('ArrowDown', noChoice, 0, 10)).toBeNull();
    expect(lineAfter('x', noChoice, 5, 10)).toBeNull();
  });

  it('draws ranges from where they began, and adds and takes away single lines', () => {
    const plain = { shiftKey: false, addKey: false };
    const begun = click(noChoice, 3, plain);
    expect([...click(begun, 1, { ...plain, shiftKey: true }).chosen]).toEqual([1, 2, 3]);
    expect([...goTo(goTo(begun, 5, { shiftKey: true }), 4, { shiftKey: true }).chosen]).toEqual([
      3, 4,
    ]);
    const two = click(begun, 7, { ...plain, addKey: true });
    expect([...two.chosen]).toEqual([3, 7]);
    expect([...click(two, 3, { ...plain, addKey: true }).chosen]).toEqual([7]);
    expect(chooseAll(noChoice, 3).chosen.size).toBe(3);
  });

  it('finds names by their first letters, round the end', () => {
    const names = ['apt', 'fstab', 'Hostname', 'hosts', 'passwd'];
    const at = (line: number) => goTo(noChoice, line, { shiftKey: false });
    expect(typedAhead(names, 'h', at(0))).toBe(2);
    expect(typedAhead(names, 'h', at(2))).toBe(3);
    expect(typedAhead(names, 'h', at(3))).toBe(2);
    expect(typedAhead(names, 'host', at(2))).toBe(2);
    expect(typedAhead(names, 'hosts', at(2))).toBe(3);
    expect(typedAhead(names, 'zz', at(2))).toBeNull();
  });
});

describe('the rows that are built', () => {
  it('cover what is in view and are few, wherever one has scrolled to', () => {
    const numbers = fc.record({
      count: fc.integer({ min: 1, max: 20_000 }),
      row: fc.integer({ min: 20, max: 90 }),
      portion: fc.double({ min: 0, max: 1, noNaN: true }),
      view: fc.integer({ min: 100, max: 2000 }),
    });
    fc.assert(
      fc.property(numbers, ({ count, row, portion, view }) => {
        const top = -portion * count * row;
        const { from, to } = rowsInView(count, row, top, view);
        expect(from).toBeGreaterThanOrEqual(0);
        expect(to).toBeLessThanOrEqual(count);
        expect(from).toBeLessThan(to);
        expect(to - from).toBeLessThanOrEqual(Math.ceil(view / row) + 26);
        const first = Math.min(count - 1, Math.floor(-top / row));
        const last = Math.min(count - 1, Math.floor((view - top) / row));
        expect(from).toBeLessThanOrEqual(first);
        expect(to).toBeGreaterThan(last);
      }),
    );
  });
});

it('splits paths into partition and names', () => {
  expect(splitPath('2:/etc/ssh')).toEqual({ prefix: '2:', names: ['etc', 'ssh'] });
  expect(splitPath('2:/')).toEqual({ prefix: '2:', names: [] });
  expect(splitPath('/etc')).toEqual({ prefix: '', names: ['etc'] });
});

it('says why a backup stays', () => {
  expect(whyWords('last; daily; oldest monthly')).toBe(
    'One of the newest, the newest of its day, the oldest there is',
  );
  expect(whyWords('no rule keeps it')).toBe('No rule keeps it');
});
