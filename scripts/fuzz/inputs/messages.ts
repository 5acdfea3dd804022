/** The messages between processes, as whoever receives them takes them. */

import { deepStrictEqual } from 'node:assert';
import * as v from 'valibot';
import { answeredSchema, askSchema, parseAnswered } from '../../../src/contract/asks.ts';
import { commandSchema, replySchema } from '../../../src/contract/commands.ts';
import { parseReply, parseSnapshot, snapshotSchema } from '../../../src/contract/panel.ts';
import { isPiKeepError, type PiKeepError } from '../../../src/engine/errors.ts';
import { explain } from '../../../src/engine/explain.ts';
import {
  errorOf,
  failureSchema,
  helloSchema,
  openedSchema,
  parseJson,
  requestSchema,
} from '../../../src/helper/protocol.ts';
import { errorFromMessage } from '../../../src/worker/error-message.ts';
import { fromWorkerSchema, toWorkerSchema } from '../../../src/worker/protocol.ts';
import { runTask, type WorkerProcess } from '../../../src/worker/run-task.ts';
import { draw } from './draw.ts';
import { bytesOf, type InputParser, jsonOf, unless } from './parser.ts';

export const messages: readonly InputParser[] = [
  parserOf('to-worker', toWorkerSchema, (input) => {
    const message = again(toWorkerSchema, jsonOf(input));
    if (message?.message === 'authorized') requireWords(errorFromMessage(message.error));
  }),
  parserOf('from-worker', fromWorkerSchema, (input) => hearWorker(jsonOf(input))),
  parserOf('helper-request', requestSchema, (input) =>
    unless(['BAD_MESSAGE'], () => {
      const { disk, device } = parseJson(requestSchema, input, 'fuzz');
      if (!/^\/dev\/[a-z0-9]+$/i.test(device) || /[^a-z0-9]/i.test(disk)) throw new Error(device);
    }),
  ),
  parserOf('helper-hello', helloSchema, (input) =>
    unless(['BAD_MESSAGE'], () => parseJson(helloSchema, input, 'fuzz')),
  ),
  parserOf('helper-opened', openedSchema, (input) =>
    unless(['BAD_MESSAGE'], () => parseJson(openedSchema, input, 'fuzz')),
  ),
  parserOf('helper-failure', failureSchema, (input) =>
    unless(['BAD_MESSAGE'], () => requireWords(errorOf(parseJson(failureSchema, input, 'fuzz')))),
  ),
  parserOf('panel-command', commandSchema, (input) => void again(commandSchema, jsonOf(input))),
  parserOf('panel-query', askSchema, (input) => void again(askSchema, jsonOf(input))),
  parserOf('panel-snapshot', snapshotSchema, (input) => {
    const snapshot = parseSnapshot(jsonOf(input));
    if (snapshot) deepStrictEqual(parseSnapshot(snapshot), snapshot);
  }),
  parserOf('panel-reply', replySchema, (input) => void parseReply(jsonOf(input))),
  parserOf('panel-answer', answeredSchema, (input) => void parseAnswered(jsonOf(input))),
];

function parserOf(name: string, schema: v.GenericSchema, judge: InputParser['judge']): InputParser {
  const sample: InputParser['sample'] = (random) =>
    bytesOf(JSON.stringify(draw(schema, random)) ?? 'null');
  return { name, form: 'json', sample, judge };
}

/** What was accepted is accepted again, and stays what it is. */
function again<S extends v.GenericSchema>(schema: S, value: unknown): v.InferOutput<S> | null {
  const result = v.safeParse(schema, value);
  if (!result.success) return null;
  deepStrictEqual(v.parse(schema, result.output), result.output);
  return result.output;
}

/** An error from elsewhere can be told to the user, whatever its facts are. */
export function requireWords(error: PiKeepError): void {
  const { title, message, next } = explain(error);
  for (const words of [title, message, next]) {
    if (typeof words !== 'string') throw new Error(`${error.code} is explained by ${words}`);
  }
}

/** The owner's side of a worker that says this, goes on, and ends. */
async function hearWorker(message: unknown): Promise<void> {
  const heard: ((message: unknown) => void)[] = [];
  const ended: ((detail: string) => void)[] = [];
  const worker: WorkerProcess = {
    post: () => undefined,
    onMessage: (listener) => heard.push(listener),
    onExit: (listener) => ended.push(listener),
    kill: () => undefined,
  };
  const outcome = runTask(
    { task: 'verify', image: '/fuzz.img' },
    { startWorker: () => worker, authorizer: null },
  ).catch((error: unknown) => error);
  for (const listener of heard) listener(message);
  for (const listener of ended) listener('fuzz');
  const result = await outcome;
  if (result instanceof Error) {
    if (!isPiKeepError(result)) throw result;
    requireWords(result);
  }
}
