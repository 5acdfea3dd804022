import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isPiKeepError, PiKeepError } from '../../src/engine/errors.ts';
import {
  errorOf,
  failureOf,
  failureSchema,
  helloSchema,
  MAX_JSON_BYTES,
  openedSchema,
  parseJson,
  requestSchema,
  toJson,
} from '../../src/helper/protocol.ts';

const request = {
  version: 2,
  action: 'read',
  token: '0f'.repeat(32),
  disk: 'loop3',
  device: '/dev/loop3',
  expected: { bytes: 512, mediaName: null, diskUuid: null, tableId: null, partitions: [] },
  allowDiskImage: false,
};

const accepts = (value: unknown): boolean => {
  try {
    parseJson(requestSchema, toJson(value), 'test');
    return true;
  } catch (error) {
    expect(isPiKeepError(error, 'BAD_MESSAGE')).toBe(true);
    return false;
  }
};

describe('a request', () => {
  test('of the agreed form is accepted', () => {
    expect(accepts(request)).toBe(true);
    expect(accepts({ ...request, action: 'restore' })).toBe(true);
  });

  test.each([
    ['another version', { version: 1 }],
    ['an action other than the two', { action: 'write' }],
    ['two actions', { action: ['read', 'restore'] }],
    ['a short token', { token: '0f'.repeat(31) }],
    ['a token in capitals', { token: '0F'.repeat(32) }],
    ['a device outside /dev', { device: '/tmp/loop3' }],
    ['a device in a folder below /dev', { device: '/dev/disk/by-id/x' }],
    ['a device reached by dots', { device: '/dev/../etc/shadow' }],
    ['a device with a line break', { device: '/dev/loop3\n' }],
    ['a disk with a path in its name', { disk: '../loop3' }],
    ['a field that would widen the rule', { allowOtherExternal: true }],
    ['a switch that is no boolean', { allowDiskImage: 1 }],
    ['a negative size', { expected: { ...request.expected, bytes: -1 } }],
    ['an identity with more in it', { expected: { ...request.expected, roles: [] } }],
  ])('with %s is refused', (_what, change) => {
    expect(accepts({ ...request, ...change })).toBe(false);
  });

  test('without one of its fields is refused', () => {
    for (const name of Object.keys(request)) {
      expect(accepts({ ...request, [name]: undefined }), name).toBe(false);
    }
  });
});

describe('every parser', () => {
  const schemas = [requestSchema, helloSchema, openedSchema, failureSchema];

  test('answers any JSON with a value or BAD_MESSAGE', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(...schemas), (value, schema) => {
        try {
          parseJson(schema, toJson(value), 'test');
        } catch (error) {
          expect(isPiKeepError(error, 'BAD_MESSAGE')).toBe(true);
        }
      }),
    );
  });

  test('answers any bytes with a value or BAD_MESSAGE', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.constantFrom(...schemas),
        (bytes, schema) => {
          try {
            parseJson(schema, bytes, 'test');
          } catch (error) {
            expect(isPiKeepError(error, 'BAD_MESSAGE')).toBe(true);
          }
        },
      ),
    );
  });

  test('does not even look at a message that is too large', () => {
    const huge = Buffer.from(`${JSON.stringify(request)}${' '.repeat(MAX_JSON_BYTES)}`);
    expect(() => parseJson(requestSchema, huge, 'test')).toThrow(/bytes of JSON/);
  });
});

describe('an error', () => {
  test.each([
    new PiKeepError('PROTECTED_DISK', { disk: 'vda', reason: 'system-disk' }),
    new PiKeepError('READ_FAILED', { path: '/dev/sdb', offset: 512, bytes: 4096, errno: 'EIO' }),
    new PiKeepError('SIZE_CHANGED', { path: '/dev/sdb', expectedBytes: 1024, foundBytes: 512 }),
    new PiKeepError('DEVICE_GONE', { path: '/dev/sdb' }),
    new PiKeepError('WRITE_FAILED', { path: '/dev/sdb', offset: 512, bytes: 4096, errno: 'EIO' }),
    new PiKeepError('WRITE_PROTECTED', { path: '/dev/sdb' }),
  ])('crosses as its code and its facts: $code', (error) => {
    const there = errorOf(parseJson(failureSchema, toJson(failureOf(error)), 'test'));
    expect([there.code, there.facts]).toEqual([error.code, error.facts]);
  });

  test('that a helper has no business to report becomes HELPER_FAILED', () => {
    expect(failureOf(new PiKeepError('DESTINATION_FULL', { path: '/' })).code).toBe(
      'HELPER_FAILED',
    );
    expect(failureOf(new TypeError('oops')).code).toBe('HELPER_FAILED');
    expect(() => parseJson(failureSchema, toJson({ code: 'INTERNAL', facts: {} }), 'test')).toThrow(
      /BAD_MESSAGE/,
    );
  });
});
