/** Asks the user for a right through Authorization Services, with our own words in the system's own dialog. */

import { PiKeepError } from '../../engine/errors.ts';
import type { Authorizer } from '../ports.ts';
import { type Koffi, loadKoffi } from './ffi.ts';

const SECURITY_FRAMEWORK = '/System/Library/Frameworks/Security.framework/Security';

/** Security/Authorization.h. */
const INTERACTION_ALLOWED = 1 << 0;
const EXTEND_RIGHTS = 1 << 1;
const DESTROY_RIGHTS = 1 << 3;
const PRE_AUTHORIZE = 1 << 4;
const ERR_DENIED = -60005;
const ERR_CANCELED = -60006;
const EXTERNAL_FORM_BYTES = 32;

/** Security/AuthorizationTags.h: kAuthorizationEnvironmentPrompt. */
const PROMPT = 'prompt';

/** Nobody needs a right longer than this after it was given: the device is opened right away. Milliseconds. */
const LONGEST_MS = 5 * 60_000;

/**
 * One right is held at a time: until `release`, the next `authorize`, or five minutes. Its external form dies with it.
 * `framework` is the library that has the functions.
 */
export function createMacAuthorizer(framework: string = SECURITY_FRAMEWORK): Authorizer {
  let services: Services | null = null;
  let held: { reference: bigint; timer: NodeJS.Timeout } | null = null;

  const release = async () => {
    if (!held) return;
    clearTimeout(held.timer);
    const { reference } = held;
    held = null;
    await services?.free(reference);
  };

  return {
    release,
    async authorize(right, prompt) {
      await release();
      services ??= bind(loadKoffi(), framework);
      const reference = await services.create(right, prompt);
      // Whoever asked has died; what cannot be freed now ends with this process.
      const giveUp = () => void release().catch(() => {});
      held = { reference, timer: setTimeout(giveUp, LONGEST_MS) };
      held.timer.unref();
      return services.externalForm(reference);
    },
  };
}

interface Services {
  create(right: string, prompt: string): Promise<bigint>;
  externalForm(reference: bigint): Uint8Array;
  free(reference: bigint): Promise<void>;
}

/** `AuthorizationItem` (32 bytes) and `AuthorizationItemSet` (16 bytes) of Security/Authorization.h, 64 bit. */
export function authorizationTypes(koffi: Koffi) {
  const item = koffi.struct({
    name: 'const char *',
    valueLength: 'size_t',
    // A `void *` in C; as a string, koffi keeps its own copy for as long as the call runs in its thread.
    value: 'const char *',
    flags: 'uint32_t',
  });
  const itemSet = koffi.struct({ count: 'uint32_t', items: koffi.pointer(item) });
  return { item, itemSet };
}

function bind(koffi: Koffi, framework: string): Services {
  const { itemSet } = authorizationTypes(koffi);
  const set = koffi.pointer(itemSet);
  const library = koffi.load(framework);
  const create = library.func('AuthorizationCreate', 'int32_t', [
    set,
    set,
    'uint32_t',
    koffi.out(koffi.pointer('void *')),
  ]);
  const makeForm = library.func('AuthorizationMakeExternalForm', 'int32_t', ['void *', 'void *']);
  const free = library.func('AuthorizationFree', 'int32_t', ['void *', 'uint32_t']);

  return {
    async create(right, prompt) {
      const rights = { count: 1, items: [{ name: right, valueLength: 0, value: null, flags: 0 }] };
      const environment = {
        count: 1,
        items: [{ name: PROMPT, valueLength: Buffer.byteLength(prompt), value: prompt, flags: 0 }],
      };
      const flags = INTERACTION_ALLOWED | EXTEND_RIGHTS | PRE_AUTHORIZE;
      const reference: (bigint | null)[] = [null];
      // In a thread of its own: the call returns when the user has answered.
      const status = await inThread(create, [rights, environment, flags, reference]);
      const [pointer] = reference;
      if (status === 0 && typeof pointer === 'bigint') return pointer;
      throw refusal(status, right);
    },

    externalForm(reference) {
      const form = Buffer.alloc(EXTERNAL_FORM_BYTES);
      const status: number = makeForm(reference, form);
      if (status === 0) return new Uint8Array(form);
      throw failed('AuthorizationMakeExternalForm', status);
    },

    async free(reference) {
      const status = await inThread(free, [reference, DESTROY_RIGHTS]);
      if (status !== 0) throw failed('AuthorizationFree', status);
    },
  };
}

type Call = ReturnType<ReturnType<Koffi['load']>['func']>;

function inThread(call: Call, args: readonly unknown[]): Promise<number> {
  return new Promise((resolve, reject) => {
    call.async(...args, (error: unknown, status: number) => {
      if (error) reject(error);
      else resolve(status);
    });
  });
}

function refusal(status: number, right: string): PiKeepError {
  if (status === ERR_CANCELED) return new PiKeepError('DIALOG_CANCELLED', { door: 'authopen' });
  if (status === ERR_DENIED) {
    const detail = `macOS did not grant ${right}`;
    return new PiKeepError('NOT_AUTHORIZED', { door: 'authopen', detail });
  }
  return failed('AuthorizationCreate', status);
}

function failed(call: string, status: number): PiKeepError {
  return new PiKeepError('TOOL_FAILED', { tool: call, detail: `status ${status}` });
}
