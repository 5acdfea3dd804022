/** A caller made by hand: its request, its socket and its words can be anything, so the helper can be attacked from there. */

import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join, resolve } from 'node:path';
import { type Disk, weakIdentity } from '../../src/engine/disk.ts';
import { FrameReader, sendFrame } from '../../src/helper/frames.ts';
import { type HelperRequest, PROTOCOL_VERSION } from '../../src/helper/protocol.ts';
import { listDisks } from '../../src/platform/linux/disk-list.ts';

export const program = resolve(import.meta.dirname, '../../dist/pikeep');

/** A user id that nobody here has. */
export const STRANGER_UID = 64_501;

export const TOKEN = 'ab'.repeat(32);

export interface Frame {
  readonly kind: number;
  readonly id: number;
  readonly payload: Uint8Array;
}

export interface HelperRun {
  readonly child: ChildProcess;
  readonly ended: Promise<{ status: number | null; stderr: string }>;
}

export async function diskOf(id: string): Promise<Disk> {
  const disk = (await listDisks({ program: 'lsblk' })).find((one) => one.id === id);
  if (!disk) throw new Error(`lsblk does not list ${id}`);
  return disk;
}

export function requestFor(disk: Disk, action: HelperRequest['action'] = 'read'): HelperRequest {
  return {
    version: PROTOCOL_VERSION,
    action,
    token: TOKEN,
    disk: disk.id,
    device: disk.rawPath,
    expected: weakIdentity(disk),
    allowDiskImage: true,
  };
}

export class CallerRig {
  readonly folder: string;
  readonly requestPath: string;
  readonly socketPath: string;
  readonly uid: number;
  readonly frames: Frame[] = [];
  readonly #server = createServer();
  readonly #runs: HelperRun[] = [];
  #socket: Socket | null = null;
  #changed: () => void = () => undefined;

  /** Everything belongs to `uid`, as if that user had made it. */
  constructor(uid = 0) {
    this.uid = uid;
    this.folder = mkdtempSync(join(realpathSync('/tmp'), 'pikeep-'));
    this.requestPath = join(this.folder, 'request');
    this.socketPath = join(this.folder, 'socket');
  }

  async listen(): Promise<this> {
    this.#server.on('connection', (socket) => {
      this.#socket = socket;
      const reader = new FrameReader({
        begin: (_kind, _id, length) => new Uint8Array(length),
        end: (kind, id, payload) => {
          this.frames.push({ kind, id, payload });
          this.#changed();
        },
      });
      socket.on('data', (chunk) => reader.push(chunk));
      socket.on('error', () => undefined);
    });
    await new Promise<void>((done) => this.#server.listen({ path: this.socketPath }, done));
    this.#give(this.socketPath);
    this.#give(this.folder);
    return this;
  }

  /** Writes the request, whatever it is, the way an honest caller would: 0600, owned by the caller. */
  write(request: unknown): void {
    const text = typeof request === 'string' ? request : JSON.stringify(request);
    writeFileSync(this.requestPath, text, { mode: 0o600 });
    chmodSync(this.requestPath, 0o600);
    this.#give(this.requestPath);
  }

  #give(path: string): void {
    if (this.uid !== process.getuid?.()) chownSync(path, this.uid, this.uid);
  }

  /** Starts the real program as root, told by sudo's variable who asked for it. */
  start(env: NodeJS.ProcessEnv = {}, requestPath = this.requestPath): HelperRun {
    const child = spawn(program, ['helper', requestPath], {
      cwd: '/',
      env: { SUDO_UID: String(this.uid), ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const ended = new Promise<{ status: number | null; stderr: string }>((done, fail) => {
      child.once('error', fail);
      child.once('close', (status) => done({ status, stderr }));
    });
    const helperRun = { child, ended };
    this.#runs.push(helperRun);
    return helperRun;
  }

  /** Resolves with the first frame of a kind that is there or will come. */
  async frame(kind: number, run: HelperRun): Promise<Frame> {
    for (;;) {
      const found = this.frames.find((frame) => frame.kind === kind);
      if (found) return found;
      const over = run.ended.then(({ stderr }) => {
        throw new Error(`the helper ended before it sent kind ${kind}: ${stderr}`);
      });
      over.catch(() => undefined);
      await Promise.race([new Promise<void>((done) => (this.#changed = done)), over]);
    }
  }

  async send(kind: number, id: number, payload: Uint8Array): Promise<void> {
    if (!this.#socket) throw new Error('nobody has connected');
    await sendFrame(this.#socket, kind, id, payload).catch(() => undefined);
  }

  sendBytes(bytes: Uint8Array): void {
    this.#socket?.write(bytes);
  }

  /** What has been said and not yet taken. */
  unsentBytes(): number {
    return this.#socket?.writableLength ?? 0;
  }

  /** Says it all, and goes without waiting for an answer. */
  async sendAndLeave(bytes: Uint8Array): Promise<void> {
    await new Promise<void>((done) => this.#socket?.end(bytes, done));
  }

  /** Hears nothing any more, but stays. */
  stopListening(): void {
    this.#socket?.pause();
  }

  hangUp(): void {
    this.#socket?.destroy();
  }

  async dispose(): Promise<void> {
    this.#socket?.destroy();
    this.#server.close();
    for (const { child, ended } of this.#runs) {
      child.kill('SIGKILL');
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export function json(frame: Frame): unknown {
  return JSON.parse(Buffer.from(frame.payload).toString('utf8'));
}
