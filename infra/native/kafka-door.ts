import type { Certificates } from './certificates.ts';

/** A second door of a broker: TLS, and a login by whichever mechanism its client chooses. */
export interface KafkaDoor {
  readonly port: number;
  readonly certificates: Certificates;
  readonly login: { readonly name: string; readonly password: string };
}

const NAME = 'LOCKED';
const PREFIX = `listener.name.${NAME.toLowerCase()}`;
const MODULES = 'org.apache.kafka.common.security';

export const doorListener = ({ port }: KafkaDoor): string => `${NAME}://127.0.0.1:${port}`;
export const DOOR_PROTOCOL = `${NAME}:SASL_SSL`;

/** What the broker has to know of it. */
export const doorConfig = ({ certificates, login }: KafkaDoor): string => `
${PREFIX}.ssl.keystore.type=PEM
${PREFIX}.ssl.keystore.location=${certificates.both}
${PREFIX}.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512
${PREFIX}.plain.sasl.jaas.config=${MODULES}.plain.PlainLoginModule required user_${login.name}="${login.password}";
${PREFIX}.scram-sha-256.sasl.jaas.config=${MODULES}.scram.ScramLoginModule required;
${PREFIX}.scram-sha-512.sasl.jaas.config=${MODULES}.scram.ScramLoginModule required;
`;

/** The login as its data folder is made with it. */
export const doorArguments = ({ login: { name, password } }: KafkaDoor): readonly string[] =>
  ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
    '--add-scram',
    `${mechanism}=[name=${name},password=${password}]`,
  ]);
