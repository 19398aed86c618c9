// Devices for the gateway's measurements, as lean as Node allows: frames are ready-made bytes with numbers patched
// in, masked with zeros, and what answers arrived together is answered with frames together.
import { createHash, randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { dueMark, frameBytes, patchDigits } from './frames.ts';
import { ownCpuUs, serveParent } from './processes.ts';
import { tokenOf } from './rig.ts';

const { port, sockets, frame, perS } = JSON.parse(process.argv[2] ?? '') as {
  readonly port: number;
  readonly sockets: number;
  readonly frame: string;
  /** Frames a second of all of them together, sent whether or not answers come; 0: as fast as answers come. */
  readonly perS: number;
};

const ACK = Buffer.from('"ack":true}');
const template = frameBytes(frame);
const latenciesMs: number[] = [];
let acks = 0;
let others = 0;
let inFlight = 0;
let isOver = true;
let nextId = 1_000_000;

interface Device {
  readonly socket: Socket;
  /** When its unanswered frames were, or should have been, sent; answers keep their order. */
  readonly sentAtMs: number[];
  left: Buffer;
}

const devices: Device[] = [];
const nowMs = (): number => performance.timeOrigin + performance.now();

/** Frames as bytes on the wire, in one piece. */
function framesOf(count: number, sequences?: readonly number[]): Buffer {
  const { bytes, idAt, observedAt, seqAt } = template;
  const all = Buffer.allocUnsafe(bytes.length * count);
  const atMs = Math.floor(nowMs());
  for (let index = 0; index < count; index++) {
    const from = bytes.length * index;
    bytes.copy(all, from);
    patchDigits(all, from + idAt, nextId, 7);
    nextId = nextId === 9_999_999 ? 1_000_000 : nextId + 1;
    patchDigits(all, from + observedAt, atMs, 13);
    if (seqAt >= 0) patchDigits(all, from + seqAt, sequences?.[index] ?? nextId, 10);
  }
  return all;
}

function send(device: Device, count: number): void {
  const atMs = nowMs();
  for (let one = 0; one < count; one++) device.sentAtMs.push(atMs);
  inFlight += count;
  device.socket.write(framesOf(count));
}

function take(device: Device, data: Buffer): void {
  const bytes = device.left.length === 0 ? data : Buffer.concat([device.left, data]);
  const atMs = nowMs();
  let at = 0;
  let answered = 0;
  while (at + 2 <= bytes.length) {
    const length = bytes[at + 1] as number;
    const end = at + 2 + length;
    if (length > 125) throw new Error('an answer of more than 125 bytes');
    if (end > bytes.length) break;
    // Text is an answer; the rest, pings, is nothing to a test of seconds.
    if (bytes[at] === 0x81) {
      if (bytes.indexOf(ACK, at) === end - ACK.length) acks += 1;
      else others += 1;
      const sentAtMs = device.sentAtMs.shift() as number;
      if (!isOver) latenciesMs.push(atMs - sentAtMs);
      answered += 1;
    }
    at = end;
  }
  device.left = bytes.subarray(at);
  inFlight -= answered;
  if (answered > 0 && !isOver && perS === 0) send(device, answered);
}

async function open(index: number): Promise<void> {
  const socket = connect(port, '127.0.0.1').setNoDelay(true);
  const key = randomBytes(16).toString('base64');
  socket.write(
    `GET /v1/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      `Sec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\nAuthorization: Bearer ${tokenOf(index)}\r\n\r\n`,
  );
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  const answer = await new Promise<string>((resolve, reject) => {
    socket.once('data', (data) => resolve(String(data)));
    socket.once('error', reject);
  });
  if (!answer.includes(accept)) throw new Error(`the gateway said ${answer.slice(0, 100)}`);
  const device: Device = { socket, sentAtMs: [], left: Buffer.alloc(0) };
  socket.on('data', (data) => take(device, data));
  devices.push(device);
}

for (let from = 0; from < sockets; from += 50)
  await Promise.all(Array.from({ length: Math.min(50, sockets - from) }, (_, index) => open(from + index)));

const pause = (delayMs: number) => new Promise<void>((resolve) => setTimeout(resolve, delayMs));
const TICK_MS = 2;
let started = { atMs: 0, acks: 0, cpuUs: 0 };

/** Sends what is due, whatever became of the frames before: each is due at its moment, and late is late. */
async function sendAtRate(): Promise<void> {
  const beginMs = nowMs();
  let sent = 0;
  let turn = 0;
  while (!isOver) {
    const due = Math.floor(((nowMs() - beginMs) * perS) / 1_000);
    for (; sent < due; sent++) {
      const device = devices[turn++ % devices.length] as Device;
      const dueAtMs = beginMs + (sent * 1_000) / perS;
      device.sentAtMs.push(dueAtMs);
      inFlight += 1;
      device.socket.write(framesOf(1, [dueMark(dueAtMs)]));
    }
    await pause(TICK_MS);
  }
}

async function settle(): Promise<void> {
  for (let waitedMs = 0; inFlight > 0 && waitedMs < 30_000; waitedMs += 10) await pause(10);
}

serveParent(
  { frameBytes: template.payloadBytes },
  {
    /** One frame each. */
    once: async () => {
      for (const device of devices) send(device, 1);
      await settle();
      return {};
    },
    begin: () => {
      isOver = false;
      if (perS > 0) void sendAtRate();
      else for (const device of devices) send(device, 16);
      return {};
    },
    /** From here on it counts. */
    mark: () => {
      latenciesMs.length = 0;
      started = { atMs: nowMs(), acks, cpuUs: ownCpuUs() };
      return {};
    },
    end: async () => {
      const seconds = (nowMs() - started.atMs) / 1_000;
      const counted = acks - started.acks;
      const cpuUs = ownCpuUs() - started.cpuUs;
      isOver = true;
      const sorted = Float64Array.from(latenciesMs).sort();
      await settle();
      const at = (ratio: number): number => sorted[Math.floor(ratio * (sorted.length - 1))] ?? Number.NaN;
      return {
        ...{ acks: counted, acksPerS: counted / seconds, cpuUs, others, unanswered: inFlight },
        ...{ p50Ms: at(0.5), p99Ms: at(0.99), p999Ms: at(0.999) },
      };
    },
  },
  async () => {
    for (const { socket } of devices) socket.destroy();
  },
);
