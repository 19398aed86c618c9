import { type Log, systemClock } from '@outrider/runtime';
import kafkajs, { type Admin, type Kafka, type KafkaConfig } from 'kafkajs';
import { registerCodecs } from './kafka-codecs.ts';
import { patchKafkajs } from './kafka-patches.ts';
import { type KafkaAddress, readKafkaUrl } from './kafka-url.ts';

const CONNECTION_MS = 10_000;
const REQUEST_MS = 30_000;
/** Short pauses, and more of them than an outage lasts: who gives up waits half a minute longer for its group. */
const PATIENT = { initialRetryTime: 300, maxRetryTime: 1_000, retries: 300 };
/** Questions at start and on demand: an answer, or an error that says what is wrong, within seconds. */
const PROMPT = { initialRetryTime: 100, maxRetryTime: 1_000, retries: 5 };

/** The clients of one cluster. Names of topics and groups gain the URL's prefix here and lose it again. */
export interface KafkaClient {
  readonly address: KafkaAddress;
  /** Outlasts an outage; for what reads and writes records. */
  readonly patient: Kafka;
  /** For questions; already connected. */
  readonly admin: Admin;
  named(name: string): string;
  unnamed(name: string): string | undefined;
}

/** @throws within about 10 s when no broker answers, or none takes the login */
export async function connectKafka(url: string, log: Log): Promise<KafkaClient> {
  const address = readKafkaUrl(url);
  patchKafkajs(() => systemClock.nowMs());
  registerCodecs();
  const admin = new kafkajs.Kafka(configOf(address, log, PROMPT)).admin();
  await admin.connect();
  return {
    ...{ address, admin },
    patient: new kafkajs.Kafka(configOf(address, log, PATIENT)),
    named: (name) => address.prefix + name,
    unnamed: (name) => (name.startsWith(address.prefix) ? name.slice(address.prefix.length) : undefined),
  };
}

const ATTEMPTS = 75;
const PAUSE_MS = 200;

/** Asks again, for a quarter of a minute, while the brokers say that it is too early: a leader or a group moves or is new. */
export async function askPatiently<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++)
    try {
      return await ask();
    } catch (error) {
      if (attempt === ATTEMPTS || (error as { readonly retriable?: boolean }).retriable !== true) throw error;
      await systemClock.sleep(PAUSE_MS);
    }
}

/** Waits for a farewell, and goes without it when brokers that are away keep it: nothing depends on it. */
export async function atMost(limitMs: number, farewell: Promise<unknown>): Promise<void> {
  const done = new AbortController();
  const said = farewell.catch(() => undefined).finally(() => done.abort());
  await Promise.race([said, systemClock.sleep(limitMs, done.signal)]);
}

/** A new one for each client: kafkajs writes into the login it is given. */
function configOf(address: KafkaAddress, log: Log, retry: KafkaConfig['retry'] & object): KafkaConfig {
  const { brokers, tls, sasl } = address;
  return {
    clientId: 'outrider',
    brokers: [...brokers],
    connectionTimeout: CONNECTION_MS,
    requestTimeout: REQUEST_MS,
    retry: { ...retry, restartOnFailure: async () => true },
    ...(tls && {
      ssl: {
        ...(tls.ca !== undefined && { ca: [tls.ca] }),
        ...(tls.cert !== undefined && { cert: tls.cert }),
        ...(tls.key !== undefined && { key: tls.key }),
      },
    }),
    ...(sasl && { sasl: { ...sasl } as KafkaConfig['sasl'] & object }),
    logLevel: kafkajs.logLevel.WARN,
    // Rebalances and reconnections are its warnings and errors, and part of every day here.
    logCreator:
      () =>
      ({ namespace, log: { message } }) =>
        log.debug({ kafkajs: namespace }, message),
  };
}
