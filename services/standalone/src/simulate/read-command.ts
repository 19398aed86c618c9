import { parseArgs } from 'node:util';
import { readMoment } from '../read-moment.ts';

const DAY_MS = 24 * 3_600_000;

/** A fleet that does not exist, as it is asked for. */
export interface FleetAsked {
  readonly cars: number;
  readonly days: number;
  readonly seed: number;
  /** Its first midnight, UTC; undefined: so many days before today. */
  readonly fromMs: number | undefined;
}

export type SimulateCommand =
  | { readonly kind: 'help'; readonly about: 'simulate' }
  /** `-` is stdout. */
  | ({ readonly kind: 'simulate-out'; readonly out: string } & FleetAsked)
  /** A folder that no server has used. */
  | ({ readonly kind: 'simulate-data'; readonly dataFolder: string } & FleetAsked);

export const DEFAULT_FLEET = { cars: '50', days: '7', seed: '1' } as const;
const CARS_MAX = 10_000;
const DAYS_MAX = 90;

/** Reads the arguments after `outrider simulate`. @throws when they cannot be understood */
export function readSimulateCommand(args: readonly string[]): SimulateCommand {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', short: 'h' },
      ...{ cars: text, days: text, seed: text, from: text, out: text, data: text },
    },
  });
  if (values.help === true) return { kind: 'help', about: 'simulate' };
  const fleet = {
    cars: whole('--cars', values.cars ?? DEFAULT_FLEET.cars, 1, CARS_MAX),
    days: whole('--days', values.days ?? DEFAULT_FLEET.days, 1, DAYS_MAX),
    seed: whole('--seed', values.seed ?? DEFAULT_FLEET.seed, 0, 999_999_999),
    fromMs: values.from === undefined ? undefined : midnight(values.from),
  };
  const { out = '', data = '' } = values;
  if (out === '' && data === '')
    throw new Error('simulate needs --out <file>, or --out - for stdout, or --data <folder>');
  if (out !== '' && data !== '')
    throw new Error('--out writes the fleet down, --data lets it live: one of them');
  return data === ''
    ? { kind: 'simulate-out', ...fleet, out }
    : { kind: 'simulate-data', ...fleet, dataFolder: data };
}

function midnight(text: string): number {
  const atMs = readMoment('--from', text);
  if (atMs % DAY_MS !== 0)
    throw new Error(`--from is a day, such as 2026-01-15, not ${JSON.stringify(text)}`);
  return atMs;
}

function whole(name: string, text: string, min: number, max: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max))
    throw new Error(`${name} is ${min} to ${max}, not ${JSON.stringify(text)}`);
  return value;
}
