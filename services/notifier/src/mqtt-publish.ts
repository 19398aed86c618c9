import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import mqtt, { type Packet } from 'mqtt-packet';
import { classOfConnectionError, type RetryClass } from './retry-class.ts';

/** What a broker keeps, and gives to whoever subscribes later. */
export interface Retained {
  readonly topic: string;
  readonly payload: string;
}

export interface MqttCall {
  /** `mqtt://` or `mqtts://`, with name and password before the @ where the broker asks. */
  readonly url: URL;
  /** The same again ends the connection that is still open under it. */
  readonly clientId: string;
  readonly messages: readonly Retained[];
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

const PORTS: Readonly<Record<string, number>> = { 'mqtt:': 1883, 'mqtts:': 8883 };
/** MQTT 3.1.1's words for a refused connection. */
const REFUSED: Readonly<Record<number, RetryClass>> = { 3: 'transient', 4: 'auth', 5: 'auth' };
const KEEPALIVE_S = 60;

/**
 * Publishes at least once (QoS 1) over a connection of its own. Never throws. Undefined: the broker has all of it;
 * otherwise what went wrong, and whether it may have some of it.
 */
export function publishRetained(call: MqttCall): Promise<RetryClass | undefined> {
  const signal = AbortSignal.any([call.signal, AbortSignal.timeout(call.timeoutMs)]);
  if (signal.aborted) return Promise.resolve('timed-out');
  const { promise, resolve } = Promise.withResolvers<RetryClass | undefined>();
  const socket = openSocket(call.url);
  const talk = createTalk(call, (packet) => void socket.write(mqtt.generate(packet)));
  const giveUp = (): void => fail('ETIMEDOUT');
  const end = (came: RetryClass | undefined): void => {
    signal.removeEventListener('abort', giveUp);
    resolve(came);
    // The goodbye is written before the connection goes.
    if (came === undefined) socket.destroySoon();
    else socket.destroy();
  };
  const fail = (code: string | undefined): void => end(classOfConnectionError(code, talk.isSent()));
  const parser = mqtt.parser();
  parser.on('packet', (packet: Packet) => {
    const came = talk.hear(packet);
    if (came !== 'more') end(came === 'done' ? undefined : came);
  });
  parser.on('error', () => fail('EPROTO'));
  socket.on('data', (bytes) => void parser.parse(bytes));
  socket.on('error', ({ code }: NodeJS.ErrnoException) => fail(code));
  socket.on('close', () => fail('ECONNRESET'));
  socket.once(call.url.protocol === 'mqtts:' ? 'secureConnect' : 'connect', talk.greet);
  signal.addEventListener('abort', giveUp);
  return promise;
}

/** What is said in one connection, whatever carries it. */
function createTalk({ url, clientId, messages }: MqttCall, send: (packet: Packet) => void) {
  const open = new Set(messages.keys());
  let isSent = false;
  return {
    isSent: () => isSent,
    greet: () =>
      send({
        ...{ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true },
        ...{ clientId, keepalive: KEEPALIVE_S },
        ...(url.username !== '' && { username: decodeURIComponent(url.username) }),
        ...(url.password !== '' && { password: Buffer.from(decodeURIComponent(url.password)) }),
      }),
    hear(packet: Packet): RetryClass | 'more' | 'done' {
      if (packet.cmd === 'connack') {
        const { returnCode = 0 } = packet;
        if (returnCode !== 0) return REFUSED[returnCode] ?? 'permanent-request';
        isSent = true;
        for (const [at, { topic, payload }] of messages.entries())
          send({ cmd: 'publish', qos: 1, dup: false, retain: true, messageId: at + 1, topic, payload });
      }
      if (packet.cmd !== 'puback') return 'more';
      open.delete((packet.messageId ?? 0) - 1);
      if (open.size > 0) return 'more';
      send({ cmd: 'disconnect' });
      return 'done';
    },
  };
}

function openSocket({ protocol, hostname, port }: URL): Socket {
  // An IPv6 address has brackets in an address only.
  const host = hostname.replace(/^\[|\]$/g, '');
  const where = { host, port: port === '' ? (PORTS[protocol] ?? 1883) : Number(port) };
  const servername = /^[\d.]+$|:/.test(host) ? '' : host;
  return protocol === 'mqtts:' ? connectTls({ ...where, servername }) : connectTcp(where);
}
