import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { makeCertificates } from './certificates.ts';
import { DOOR_PROTOCOL, doorArguments, doorConfig, doorListener, type KafkaDoor } from './kafka-door.ts';
import { KAFKA_VERSION, needKafkaJars } from './kafka-jars.ts';
import { freePort, type ServerProcess, startServerProcess } from './server-process.ts';

// More than was ever seen: three nodes took 26 s on a machine busy with other work.
const START_DEADLINE_MS = 60_000;
const FORMAT_MS = 60_000;
const REPLY_MS = 1_000;
/** Retention would begin half a minute after the start, and records of a replay are of long ago. */
const NEVER_MS = 86_400_000;
/** Name and password of whoever has no rights. */
export const STRANGER = 'stranger';
const CLUSTER_ID = 'b3V0cmlkZXItdGVzdC1rZg';

/** A broker that is a controller too. */
export interface KafkaNode {
  readonly address: string;
  /** Of its process; another one after a restart. */
  pid(): number;
  isUp(): boolean;
  /** kill -9. */
  kill(): Promise<void>;
  /** An orderly end: it hands its leaderships over first. */
  stop(): Promise<void>;
  /** Starts it again on the same ports and data. */
  restart(): Promise<void>;
}

export interface KafkaCluster {
  readonly version: string;
  /** `kafka://host:port,…`, as BUS_URL wants it. */
  readonly url: string;
  /** The same for a stranger, who may do nothing but what an ACL allows. */
  readonly strangersUrl: string;
  readonly nodes: readonly KafkaNode[];
  /** With a locked door: the way in through it. */
  readonly door?: KafkaDoor;
  stop(): Promise<void>;
}

interface NodePlan {
  readonly id: number;
  readonly port: number;
  readonly controllerPort: number;
  readonly strangersPort: number;
  readonly folder: string;
  readonly door?: KafkaDoor;
}

const LOGIN = { name: 'outrider', password: 'bus:of@a/test' };

/**
 * Starts Kafka with its data in `folder`: one node, on demand with a second door that is locked, or three that
 * replicate three times and take a record with two.
 * @throws with the command that would help when it is not installed and cannot be
 */
export async function startKafka(
  folder: string,
  count: 1 | 3 | 'one with a locked door' = 1,
): Promise<KafkaCluster> {
  const jars = needKafkaJars();
  const plans: NodePlan[] = [];
  const door = count === 'one with a locked door' ? await planDoor(folder) : undefined;
  for (let id = 1; id <= (count === 3 ? 3 : 1); id++)
    plans.push({
      ...{ id, folder: join(folder, `node-${id}`) },
      ...{ port: await freePort(), controllerPort: await freePort(), strangersPort: await freePort() },
      ...(door && { door }),
    });
  for (const plan of plans) formatNode(jars, plan, plans);
  // Together: a node alone waits for a majority.
  const starting = await Promise.allSettled(plans.map((plan) => startNode(jars, plan)));
  const nodes = starting.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const stop = async () => void (await Promise.all(nodes.map((node) => node.stop())));
  const failed = starting.find((one) => one.status === 'rejected');
  if (failed !== undefined) {
    await stop();
    throw failed.reason;
  }
  return {
    ...{ version: KAFKA_VERSION, nodes, stop, ...(door && { door }) },
    url: `kafka://${nodes.map(({ address }) => address).join(',')}`,
    strangersUrl: `kafka://${STRANGER}:${STRANGER}@${plans.map((plan) => `127.0.0.1:${plan.strangersPort}`).join(',')}?sasl=plain`,
  };
}

const planDoor = async (folder: string): Promise<KafkaDoor> => ({
  ...{ port: await freePort(), certificates: makeCertificates(join(folder, 'certificates')), login: LOGIN },
});

function formatNode(jars: string, plan: NodePlan, all: readonly NodePlan[]): void {
  mkdirSync(plan.folder, { recursive: true, mode: 0o700 });
  const config = join(plan.folder, 'server.properties');
  writeFileSync(config, configOf(plan, all));
  writeFileSync(join(plan.folder, 'log4j2.properties'), LOGGING);
  const logins = plan.door === undefined ? [] : doorArguments(plan.door);
  const args = ['-Dlog4j2.level=OFF', '-cp', `${jars}/*`, 'kafka.tools.StorageTool'];
  const formatted = spawnSync('java', [...args, 'format', '-t', CLUSTER_ID, '-c', config, ...logins], {
    encoding: 'utf8',
    timeout: FORMAT_MS,
  });
  if (formatted.status !== 0)
    throw new Error(`Kafka did not format its folder: ${formatted.stdout}${formatted.stderr}`);
}

async function startNode(jars: string, { id, port, folder }: NodePlan): Promise<KafkaNode> {
  const start = (): Promise<ServerProcess> =>
    startServerProcess({
      name: `Kafka's node ${id}`,
      command: 'java',
      args: [
        // The first compiler alone and one collector: a start takes 4 s in place of 10, and rates stay the same.
        ...['-Xmx512m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'],
        `-Dlog4j2.configurationFile=${join(folder, 'log4j2.properties')}`,
        ...['-cp', `${jars}/*`, 'kafka.Kafka', join(folder, 'server.properties')],
      ],
      startDeadlineMs: START_DEADLINE_MS,
      isReady: () => answersRequests(port),
    });
  let server = await start();
  return {
    address: `127.0.0.1:${port}`,
    pid: () => server.pid,
    isUp: () => server.isUp(),
    kill: () => server.kill(),
    stop: () => server.stop(),
    async restart() {
      server = await start();
    },
  };
}

const CREATE_TOPICS = 19;

/**
 * A broker opens its port early, and answers only once it has joined its cluster; what it passes on to the
 * controller it offers only once it has found it.
 */
async function answersRequests(port: number): Promise<boolean> {
  // Size; then ApiVersions (18), version 0, correlation 1, no client id.
  const request = Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 0xff, 0xff]);
  const socket = connect(port, '127.0.0.1');
  try {
    socket.write(request);
    const [answer] = (await once(socket, 'data', { signal: AbortSignal.timeout(REPLY_MS) })) as [Buffer];
    return apisOf(answer).includes(CREATE_TOPICS);
  } finally {
    socket.destroy();
  }
}

/** The numbers of the requests a broker takes: after size, correlation, error and count, three numbers for each. */
function apisOf(answer: Buffer): readonly number[] {
  const [firstAt, eachBytes] = [14, 6];
  const count = Math.floor((answer.byteLength - firstAt) / eachBytes);
  return Array.from({ length: Math.max(0, count) }, (_, i) => answer.readInt16BE(firstAt + i * eachBytes));
}

const configOf = (plan: NodePlan, all: readonly NodePlan[]): string => {
  const { id, port, controllerPort, strangersPort, folder, door } = plan;
  const replicas = all.length;
  const inSync = Math.min(2, replicas);
  const doors = [
    `PLAINTEXT://127.0.0.1:${port}`,
    `STRANGERS://127.0.0.1:${strangersPort}`,
    ...(door === undefined ? [] : [doorListener(door)]),
  ].join(',');
  const voters = all.map((one) => `${one.id}@127.0.0.1:${one.controllerPort}`).join(',');
  return `process.roles=broker,controller
node.id=${id}
controller.quorum.voters=${voters}
listeners=${doors},CONTROLLER://127.0.0.1:${controllerPort}
advertised.listeners=${doors}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,STRANGERS:SASL_PLAINTEXT,${DOOR_PROTOCOL}
listener.name.strangers.sasl.enabled.mechanisms=PLAIN
listener.name.strangers.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_${STRANGER}="${STRANGER}";
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS;User:${LOGIN.name}
log.dirs=${join(folder, 'data')}
offsets.topic.replication.factor=${replicas}
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=${replicas}
transaction.state.log.min.isr=${inSync}
transaction.state.log.num.partitions=4
min.insync.replicas=${inSync}
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
log.cleaner.dedupe.buffer.size=4194304
log.initial.task.delay.ms=${NEVER_MS}
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
${door === undefined ? '' : doorConfig(door)}`;
};

const LOGGING = `status = error
appender.out.type = Console
appender.out.name = out
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = %d{HH:mm:ss.SSS} %-5p %c{1} %m%n
rootLogger.level = warn
rootLogger.appenderRef.out.ref = out
`;
