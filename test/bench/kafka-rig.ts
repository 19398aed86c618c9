import { readFileSync } from 'node:fs';
import { createKafkaTopics } from '@outrider/bus';
import { silentLog } from '@outrider/runtime';
import kafkajs from 'kafkajs';
import { startKafka } from '../../infra/native/kafka.ts';
import { openRig, registerCars } from './rig.ts';

/** A real broker with our topics, and registered cars in a state file that processes open after each other. */
export interface KafkaRig {
  readonly version: string;
  readonly busUrl: string;
  readonly brokers: readonly string[];
  /** Another topic of as many partitions, for whoever writes beside us. */
  readonly bareTopic: string;
  readonly stateUrl: string;
  /** CPU time of the broker so far, in µs, to 10 ms; NaN where the system does not tell. */
  brokerCpuUs(): number;
  stop(): Promise<void>;
}

const PARTITIONS = 32;
const BARE_TOPIC = 'bare.v1';

/** @throws with the command that would help when there is no Kafka and none can be had */
export async function openKafkaRig(folder: string, cars: number): Promise<KafkaRig> {
  const rig = await openRig(folder);
  await registerCars(rig, 0, cars);
  await rig.close();
  const kafka = await startKafka(`${folder}/kafka`);
  await createKafkaTopics(kafka.url, { partitions: PARTITIONS, replication: 1 }, silentLog);
  const brokers = kafka.nodes.map(({ address }) => address);
  const admin = new kafkajs.Kafka({ brokers, logLevel: kafkajs.logLevel.NOTHING }).admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic: BARE_TOPIC, numPartitions: PARTITIONS }] });
  await admin.disconnect();
  return {
    ...{ brokers, bareTopic: BARE_TOPIC },
    ...{ version: kafka.version, busUrl: kafka.url, stateUrl: `sqlite:${folder}/state.db` },
    brokerCpuUs: () => cpuUsOf(kafka.nodes[0]?.pid() ?? -1),
    stop: () => kafka.stop(),
  };
}

const TICK_US = 10_000;

function cpuUsOf(pid: number): number {
  try {
    // After the name in brackets: user and system time are fields 14 and 15.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return TICK_US * (Number(fields[11]) + Number(fields[12]));
  } catch {
    return Number.NaN;
  }
}
