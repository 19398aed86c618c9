import { type DestinationStream, pino } from 'pino';

/** Structured log. Fields are an allow-list by habit: ids and counts, never names, places or tokens. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(fields: object): Log;
}

/** What must never be printed, wherever it hides in a logged object. */
const SECRET_PATHS = [
  'token',
  'secret',
  'password',
  'authorization',
  'vin',
  'email',
  'phone',
  'lat',
  'lon',
  'latitude',
  'longitude',
];

export function createLog(
  level: 'debug' | 'info' | 'warn' | 'error' | 'silent',
  destination?: DestinationStream,
): Log {
  const options = {
    level,
    base: null,
    redact: { paths: SECRET_PATHS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[secret]' },
  };
  return destination ? pino(options, destination) : pino(options, pino.destination(2));
}

export const silentLog: Log = createLog('silent');
