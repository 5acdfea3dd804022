/** Runs `/usr/libexec/authopen`, Apple's tool that opens one file for a user who was granted just that (man authopen). */

import { type ChildProcess, spawn } from 'node:child_process';
import { errnoOf, PiKeepError, throwIfInterrupted } from '../../engine/errors.ts';
import { openDescriptorChannel } from './descriptor-passing.ts';

/** open(2) flags of macOS, given to authopen as a number: read only, read and write, exclusive against every other open. */
export const O_RDONLY = 0;
export const O_RDWR = 2;
export const O_EXLOCK = 0x20;

export interface AuthopenRequest {
  readonly authopen: string;
  readonly path: string;
  readonly flags: number;
  /** The 32-byte external form of a right already granted; null lets authopen show its own dialog. */
  readonly form: Uint8Array | null;
  readonly signal?: AbortSignal | undefined;
}

/** A privacy dialog of macOS may be waiting for the user while authopen opens. Milliseconds. */
const TIMEOUT_MS = 10 * 60_000;
const MAX_STDERR = 4096;

/**
 * The open descriptor; the caller closes it. Throws DOOR_UNAVAILABLE when there is no authopen, DEVICE_BUSY,
 * PRIVACY_REFUSED, ACCESS_DENIED, WRITE_PROTECTED, DEVICE_GONE, DIALOG_CANCELLED, NOT_AUTHORIZED, TOOL_FAILED, INTERRUPTED.
 */
export async function openWithAuthopen(request: AuthopenRequest): Promise<number> {
  throwIfInterrupted(request.signal);
  const channel = openDescriptorChannel();
  try {
    const args = [
      '-stdoutpipe',
      ...(request.form ? ['-extauth'] : []),
      '-o',
      String(request.flags),
      request.path,
    ];
    const child = spawn(request.authopen, args, { stdio: ['pipe', channel.childEnd, 'pipe'] });
    channel.closeChildEnd();
    const { status, stderr } = await finish(child, request);
    // One message came or none; with the program gone there is nothing to wait for.
    const fd = channel.receive();
    if (fd !== null) return fd;
    throw refusal(request.path, status, stderr);
  } finally {
    channel.close();
  }
}

function finish(
  child: ChildProcess,
  { form, signal }: AuthopenRequest,
): Promise<{ status: number | null; stderr: string }> {
  return new Promise((resolve, reject) => {
    let stderr = '';
    let late = false;
    const kill = () => child.kill('SIGKILL');
    const timer = setTimeout(() => {
      late = true;
      kill();
    }, TIMEOUT_MS);
    signal?.addEventListener('abort', kill, { once: true });
    const settle = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', kill);
    };
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(0, MAX_STDERR);
    });
    // A program that ends without reading makes the pipe break; its exit says why.
    child.stdin?.on('error', () => {});
    child.stdin?.end(form ?? undefined);
    child.once('error', (error) => {
      settle();
      reject(startError(error));
    });
    child.once('close', (status) => {
      settle();
      if (signal?.aborted) reject(new PiKeepError('INTERRUPTED', {}, { cause: signal.reason }));
      else if (late) reject(failed(`no answer after ${TIMEOUT_MS} ms`));
      else resolve({ status, stderr: stderr.trim() });
    });
  });
}

function startError(error: Error): PiKeepError {
  const detail = `authopen cannot be started (${errnoOf(error) ?? error.message})`;
  return new PiKeepError('DOOR_UNAVAILABLE', { door: 'authopen', detail }, { cause: error });
}

function failed(detail: string, cause?: unknown): PiKeepError {
  return new PiKeepError('TOOL_FAILED', { tool: 'authopen', detail }, { cause });
}

/**
 * "authopen: couldn't open /dev/rdisk2: Resource busy": what stands behind the last colon is strerror(3) in English. A
 * refused authorization is told in the words of Authorization Services.
 */
function refusal(path: string, status: number | null, stderr: string): PiKeepError {
  const cause = new Error(stderr || `authopen ended with status ${status}`);
  switch (/couldn't open .*: ([^:]+)$/m.exec(stderr)?.[1]) {
    case 'Resource busy':
      return new PiKeepError('DEVICE_BUSY', { path }, { cause });
    case 'Operation not permitted':
      return new PiKeepError('PRIVACY_REFUSED', { path }, { cause });
    case 'Permission denied':
      return new PiKeepError('ACCESS_DENIED', { path }, { cause });
    case 'Read-only file system':
      return new PiKeepError('WRITE_PROTECTED', { path }, { cause });
    case 'Device not configured':
    case 'Operation not supported by device':
    case 'No such file or directory':
      return new PiKeepError('DEVICE_GONE', { path }, { cause });
  }
  if (/cancell?ed by the user|-60006/i.test(stderr)) {
    return new PiKeepError('DIALOG_CANCELLED', { door: 'authopen' }, { cause });
  }
  if (/authorization was denied|not authorized|-60005/i.test(stderr)) {
    return new PiKeepError('NOT_AUTHORIZED', { door: 'authopen', detail: stderr }, { cause });
  }
  return failed(stderr || `ended with status ${status} and sent no descriptor`, cause);
}
