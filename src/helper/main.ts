/**
 * `pikeep helper REQUEST`: the only code of PiKeep that runs as root. One request, one device, one way of using it: reading,
 * or the writing of one restore. Everything it imports is part of the trusted base; see THREATS.md before adding to it.
 */

import { connect, type Socket } from 'node:net';
import type { BlockDevice } from '../engine/block-device.ts';
import { PiKeepError } from '../engine/errors.ts';
import { asCaller, callerUid } from './caller.ts';
import { Conversation } from './conversation.ts';
import { type FrameReceiver, fromHelper, sendFrame } from './frames.ts';
import { openGuarded } from './guard.ts';
import {
  badMessage,
  FAILURE_MARK,
  failureOf,
  type HelperRequest,
  PROTOCOL_VERSION,
  toJson,
} from './protocol.ts';
import { readRequest } from './request-file.ts';
import { openForRestore } from './restore-guard.ts';
import { RestoreServer } from './restore-server.ts';
import { ReadServer } from './server.ts';
import { systemWorld } from './world.ts';

/** Milliseconds for reaching the caller and being accepted. */
const DIAL_LIMIT_MS = 10_000;
/** Milliseconds for opening and judging the device; listing disks can take many seconds on a slow bus. */
const OPEN_LIMIT_MS = 60_000;
/** Milliseconds for the last message to be taken. */
const TELL_LIMIT_MS = 1_000;
/** Milliseconds for a read in flight to end after the caller has gone, or when all is over. */
const CLOSE_LIMIT_MS = 5_000;
/** Milliseconds for what a restore has in flight to reach a slow card after the caller has gone. */
const WRITE_CLOSE_LIMIT_MS = 25_000;

/** What the helper's own programs (`lsblk`, `diskutil`) find; nothing of the caller's environment survives. */
const SAFE_PATH = '/usr/bin:/bin:/usr/sbin:/sbin';

/** Runs one request to its end and returns the exit status: 0 served, 1 anything else (told on standard error). */
export async function runHelper(args: readonly string[]): Promise<number> {
  try {
    const uid = callerUid(process.env);
    leaveCallersSurroundings();
    if (process.geteuid?.() !== 0) {
      throw new PiKeepError('HELPER_FAILED', { detail: 'the helper needs to be started as root' });
    }
    const [requestPath, ...rest] = args;
    if (requestPath === undefined || rest.length > 0) {
      throw badMessage('command line', 'expected: helper REQUEST');
    }
    await serveRequest(requestPath, uid);
    return 0;
  } catch (error) {
    process.stderr.write(`${FAILURE_MARK}${JSON.stringify(failureOf(error))}\n`);
    return 1;
  } finally {
    // Whatever still hangs in the kernel would keep the process; root does not linger.
    endByForce(CLOSE_LIMIT_MS);
  }
}

function endByForce(ms: number): void {
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), ms).unref();
}

function leaveCallersSurroundings(): void {
  for (const name of Object.keys(process.env)) delete process.env[name];
  process.env['PATH'] = SAFE_PATH;
  process.env['LC_ALL'] = 'C';
  process.chdir('/');
  process.umask(0o077);
  // Control-C in the caller's terminal is the caller's to answer; we end when its socket closes.
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
}

async function serveRequest(requestPath: string, uid: number): Promise<void> {
  const { request, socketPath } = await asCaller(uid, () => readRequest(requestPath, uid));
  const socket = await withLimit(DIAL_LIMIT_MS, 'nobody answers at the socket', () =>
    asCaller(uid, () => dial(socketPath)),
  );
  const conversation = new Conversation(socket);
  try {
    const { version, token } = { version: PROTOCOL_VERSION, token: request.token };
    await sendFrame(socket, fromHelper.hello, 0, toJson({ version, token }));
    await withLimit(DIAL_LIMIT_MS, 'the caller did not accept us', () => conversation.accepted);
    await serveDevice(conversation, request, uid);
  } finally {
    socket.destroy();
  }
}

async function serveDevice(
  conversation: Conversation,
  request: HelperRequest,
  uid: number,
): Promise<void> {
  const { socket } = conversation;
  let service: Service;
  try {
    service = await withLimit(OPEN_LIMIT_MS, 'the device did not open in time', async () => {
      const opening = openService(socket, request, uid);
      return await Promise.race([opening, conversation.gone]);
    });
  } catch (error) {
    await tellFailure(socket, error);
    throw error;
  }
  const { device, receiver, closeLimitMs } = service;
  try {
    conversation.receiver = receiver;
    const { path, size, sectorSize } = device;
    await sendFrame(socket, fromHelper.opened, 0, toJson({ path, size, sectorSize }));
    await conversation.closed;
  } catch (error) {
    await tellFailure(socket, error);
    throw error;
  } finally {
    await withLimit(closeLimitMs, 'what is in work does not end', () => receiver.close());
  }
}

interface Service {
  readonly device: BlockDevice;
  readonly receiver: FrameReceiver & { close(): Promise<void> };
  readonly closeLimitMs: number;
}

/** The one place where the two actions part: a helper that was asked to read has no way to the code that writes. */
async function openService(socket: Socket, request: HelperRequest, uid: number): Promise<Service> {
  const world = await systemWorld();
  if (request.action === 'read') {
    const device = await openGuarded(request, uid, world);
    return { device, receiver: new ReadServer(socket, device), closeLimitMs: CLOSE_LIMIT_MS };
  }
  const device = await openForRestore(request, uid, world);
  const receiver = new RestoreServer(socket, device);
  return { device, receiver, closeLimitMs: WRITE_CLOSE_LIMIT_MS };
}

/** Tells the caller why, if it is there and listening; one that is not must not keep us. */
async function tellFailure(socket: Socket, error: unknown): Promise<void> {
  const telling = sendFrame(socket, fromHelper.failed, 0, toJson(failureOf(error)));
  await withLimit(TELL_LIMIT_MS, 'the caller does not listen', () => telling).catch(
    () => undefined,
  );
}

/** Resolves with a connected socket; made with the caller's rights, so that it can reach nobody the caller cannot. */
function dial(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path });
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
    socket.once('error', reject);
  });
}

/** Fails with HELPER_FAILED after so many milliseconds; what hangs goes on hanging. */
async function withLimit<T>(ms: number, detail: string, work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new PiKeepError('HELPER_FAILED', { detail })), ms);
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}
