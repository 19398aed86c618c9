// Devices for the gateway's measurement, in a process of their own. Prints one JSON line.
import { performance } from 'node:perf_hooks';
import { WebSocket } from 'ws';
import { frameOf, tokenOf } from './rig.ts';

const { url, sockets, inFlight, durationMs, observedAtMs } = JSON.parse(process.argv[2] ?? '') as {
  readonly url: string;
  readonly sockets: number;
  readonly inFlight: number;
  readonly durationMs: number;
  readonly observedAtMs: number;
};

const frame = frameOf(observedAtMs);
const latenciesMs: number[] = [];
let isOver = false;
let others = 0;

function speak(index: number): Promise<void> {
  const socket = new WebSocket(url, { headers: { authorization: `Bearer ${tokenOf(index)}` } });
  const sentAtMs = new Map<number, number>();
  const done = Promise.withResolvers<void>();
  let next = 0;
  const send = (): void => {
    const id = next++;
    sentAtMs.set(id, performance.now());
    socket.send(JSON.stringify({ ...frame, id, seq: id }));
  };
  socket.on('open', () => {
    for (let one = 0; one < inFlight; one++) send();
  });
  socket.on('message', (data) => {
    const said = JSON.parse(String(data)) as { readonly id: number; readonly ack?: true };
    if (said.ack === true) latenciesMs.push(performance.now() - (sentAtMs.get(said.id) ?? 0));
    else others += 1;
    sentAtMs.delete(said.id);
    if (!isOver) send();
    else if (sentAtMs.size === 0) socket.close();
  });
  socket.on('error', done.reject);
  socket.on('close', () => done.resolve());
  return done.promise;
}

const speaking = Array.from({ length: sockets }, (_, index) => speak(index));
await new Promise((resolve) => setTimeout(resolve, durationMs));
isOver = true;
const withinTheTime = latenciesMs.length;
await Promise.all(speaking);
latenciesMs.sort((a, b) => a - b);
const at = (ratio: number): number => latenciesMs[Math.floor(ratio * (latenciesMs.length - 1))] ?? Number.NaN;
const acksPerS = withinTheTime / (durationMs / 1000);
process.stdout.write(`${JSON.stringify({ acksPerS, p50Ms: at(0.5), p99Ms: at(0.99), others })}\n`);
