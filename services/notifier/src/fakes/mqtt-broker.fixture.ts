import { type AddressInfo, createServer, type Socket } from 'node:net';
import mqtt, { type IConnectPacket, type Packet } from 'mqtt-packet';

/** What the broker does with the next connection instead of taking what it brings. */
export type MqttFault =
  /** A return code of MQTT 3.1.1: 3 unavailable, 4 bad password, 5 not authorised. */
  | { readonly refuse: number }
  /** Never answers the greeting. */
  | 'mute'
  /** Takes nothing and acknowledges nothing. */
  | 'slow'
  /** Takes all of it and ends the connection without a word. */
  | 'reset after accept'
  /** Says something that is not MQTT. */
  | 'nonsense';

export interface FakeBroker {
  readonly url: string;
  readonly connects: readonly IConnectPacket[];
  /** What whoever subscribes now is given. */
  readonly retained: ReadonlyMap<string, string>;
  /** Connections that ended with a goodbye. */
  goodbyes(): number;
  fail(...faults: readonly MqttFault[]): void;
  close(): Promise<void>;
}

/** An MQTT 3.1.1 broker on loopback that keeps what is retained. */
export async function fakeBroker(): Promise<FakeBroker> {
  const connects: IConnectPacket[] = [];
  const retained = new Map<string, string>();
  const faults: MqttFault[] = [];
  const sockets = new Set<Socket>();
  let goodbyes = 0;
  const hear = (socket: Socket, packet: Packet, fault: MqttFault | undefined): void => {
    const say = (answer: Packet) => void socket.write(mqtt.generate(answer));
    if (packet.cmd === 'disconnect') goodbyes += 1;
    if (packet.cmd === 'connect') {
      connects.push(packet);
      if (fault === 'mute') return;
      if (fault === 'nonsense') return void socket.write(Buffer.from([0x00, 0x00]));
      const returnCode = typeof fault === 'object' ? fault.refuse : 0;
      say({ cmd: 'connack', returnCode, sessionPresent: false });
    }
    if (packet.cmd !== 'publish' || fault === 'slow') return;
    if (packet.retain) retained.set(packet.topic, packet.payload.toString());
    if (fault === 'reset after accept') return void socket.resetAndDestroy();
    say({ cmd: 'puback', messageId: packet.messageId ?? 0 });
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    const fault = faults.shift();
    const parser = mqtt.parser();
    parser.on('packet', (packet: Packet) => hear(socket, packet, fault));
    socket.on('data', (bytes) => void parser.parse(bytes));
    socket.on('error', () => {});
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ connects, retained, goodbyes: () => goodbyes },
    fail: (...more) => void faults.push(...more),
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((closed) => server.close(() => closed()));
    },
  };
}
