/** Draws sound messages and files out of the schemas that receive them: a field that is added is fuzzed from then on. */

import * as v from 'valibot';
import { errorCodes } from '../../../src/engine/errors.ts';
import type { Random } from '../random.ts';

/** What all of valibot's schemas have in common for this purpose. */
interface Node {
  readonly kind: string;
  readonly type: string;
  readonly entries?: Readonly<Record<string, Node>>;
  readonly options?: readonly (Node | string | number)[];
  readonly items?: readonly Node[];
  readonly item?: Node;
  readonly wrapped?: Node;
  readonly literal?: unknown;
  readonly key?: Node;
  readonly value?: Node;
  readonly pipe?: readonly { readonly type: string; readonly requirement?: unknown }[];
}

const MAX_ITEMS = 3;
const TRIES = 400;

const texts: readonly string[] = [
  ...errorCodes,
  ...['', 'a', 'octopi', 'loop3', '/dev/loop3', '/etc/hostname', 'boot:/config.txt', '2:/etc'],
  ...['0f'.repeat(32), '0123456789abcdef'.repeat(4), '0f'.repeat(16), 'block-512.bin'],
  ...[
    '2026-11-22T16:40:00Z',
    '2026-11-22T16:40:00.000Z',
    'card-1',
    'img.zst',
    'READ_FAILED',
    'EIO',
  ],
  ...['Raspberry Pi OS', 'a\u202eb', '日本', '0x5e3da3da', 'c5b2-4f1e', 'AAAA', 'image/png', '12'],
];
const numbers = [
  ...[0, 1, 2, 3, 7, 20, 30, 255, 256, 512, 4096, 4097, 8192, 65_536, 1_048_576, 0.5],
  ...[31_914_983_424, 2 ** 32, 2 ** 32 - 1, 2 ** 53 - 1, 1_795_363_200_000],
];

export function draw(schema: v.GenericSchema, random: Random): unknown {
  return drawNode(schema as unknown as Node, random);
}

function drawNode(node: Node, random: Random): unknown {
  switch (node.type) {
    case 'object':
    case 'strict_object':
    case 'loose_object':
      return drawObject(node.entries ?? {}, random);
    case 'array':
      return fitting(node, () =>
        Array.from({ length: lengthOf(node, random) }, () => drawNode(inner(node.item), random)),
      );
    case 'tuple':
      return (node.items ?? []).map((item) => drawNode(item, random));
    case 'record':
      return Object.fromEntries(
        Array.from({ length: random.below(MAX_ITEMS + 1) }, () => [
          String(drawNode(inner(node.key), random)),
          drawNode(inner(node.value), random),
        ]),
      );
    case 'union':
    case 'variant':
      return drawNode(inner(random.pick(node.options ?? []) as Node), random);
    case 'picklist':
      return random.pick(node.options ?? []);
    case 'literal':
      return node.literal;
    case 'nullable':
    case 'nullish':
      return random.chance(0.3) ? null : drawNode(inner(node.wrapped), random);
    case 'optional':
    case 'exact_optional':
      return random.chance(0.3) ? undefined : drawNode(inner(node.wrapped), random);
    case 'string':
      return random.pick(fittingOf(node, texts));
    case 'number':
      return random.pick(fittingOf(node, numbers));
    case 'boolean':
      return random.chance(0.5);
    case 'null':
      return null;
    case 'unknown':
      return random.pick<unknown>([null, 1, 'x', [], {}, { path: '/dev/loop3' }]);
    default:
      throw new Error(`No way to draw a ${node.type}`);
  }
}

function drawObject(entries: Readonly<Record<string, Node>>, random: Random): object {
  const drawn = Object.entries(entries).map(([name, node]) => [name, drawNode(node, random)]);
  return Object.fromEntries(drawn.filter(([, value]) => value !== undefined));
}

const fits = new WeakMap<Node, readonly unknown[]>();

/** Those that the schema takes. */
function fittingOf(node: Node, pool: readonly unknown[]): readonly unknown[] {
  const known = fits.get(node) ?? pool.filter((value) => accepts(node, value));
  if (known.length === 0) throw new Error(`Nothing fits a ${node.type} of the schema`);
  fits.set(node, known);
  return known;
}

function accepts(node: Node, value: unknown): boolean {
  return v.is(node as unknown as v.GenericSchema, value);
}

/** Tries until the rest of the schema (a length, a form) is content. */
function fitting(node: Node, attempt: () => unknown): unknown {
  for (let tries = 0; tries < TRIES; tries++) {
    const value = attempt();
    if (accepts(node, value)) return value;
  }
  throw new Error(`Nothing that is tried fits a ${node.type} of the schema`);
}

function lengthOf({ pipe = [] }: Node, random: Random): number {
  const fixed = pipe.find(({ type }) => type === 'length')?.requirement;
  return typeof fixed === 'number' ? fixed : random.below(MAX_ITEMS + 1);
}

function inner(node: Node | undefined): Node {
  if (!node) throw new Error('A schema without what it wraps');
  return node;
}
