/** Makes a forked Node look like an Electron utility process: `process.parentPort` instead of `process.send`. */

import { EventEmitter } from 'node:events';

const send = process.send?.bind(process);
const port = new EventEmitter();
const early: unknown[] = [];
process.on('message', (data) => {
  // "Messages received on this port will be queued up until a handler is registered for this event."
  if (port.listenerCount('message') === 0) early.push(data);
  else port.emit('message', { data, ports: [] });
});
port.on('newListener', (event) => {
  if (event !== 'message') return;
  queueMicrotask(() => {
    for (const data of early.splice(0)) port.emit('message', { data, ports: [] });
  });
});
Object.defineProperty(process, 'parentPort', {
  value: Object.assign(port, { postMessage: (message: unknown) => send?.(message) }),
});
Object.defineProperty(process, 'send', { value: undefined });
// The line to the owner alone does not keep such a process running; Electron's does.
process.on('disconnect', () => process.exit(0));
