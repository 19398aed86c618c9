import type { EngineName } from './engines.ts';

/** Something that goes wrong, at a time after the undisturbed start. */
export type Fault =
  | { readonly kind: 'kill'; readonly atMs: number; readonly name: string }
  | { readonly kind: 'away'; readonly atMs: number; readonly engine: EngineName; readonly forMs: number };

export type FaultKind = 'kills' | EngineName;
export const FAULT_KINDS: readonly FaultKind[] = ['kills', 'broker', 'influxdb', 'postgres'];

export interface Plan {
  readonly faults: readonly Fault[];
  /** When the last one is over. */
  readonly endMs: number;
}

export interface PlanOptions {
  readonly random: () => number;
  readonly kinds: ReadonlySet<FaultKind>;
  /** How often each server is away. */
  readonly rounds: number;
  readonly awayMs: number;
}

/** kill -9 of one of each pair in turn; now and then of a service that is there once. */
const KILLED = ['ingest', 'predictor', 'ingest', 'predictor', 'once'] as const;
const ONCE = ['notifier', 'gateway'] as const;
const KILL_EVERY_MIN_MS = 3_000;
const KILL_EVERY_SPAN_MS = 5_000;
/** A broker is stopped and started, not waited for. */
const BROKER_AWAY_MS = 5_000;
const BETWEEN_MS = 15_000;
const FIRST_MS = 5_000;

/** Decides what goes wrong when. Pure: the same seed gives the same plan. */
export function planFaults({ random, kinds, rounds, awayMs }: PlanOptions): Plan {
  const outages: Fault[] = [];
  let atMs = FIRST_MS;
  for (let round = 0; round < rounds; round++)
    for (const engine of ['broker', 'influxdb', 'postgres'] as const) {
      if (!kinds.has(engine)) continue;
      const forMs = engine === 'broker' ? BROKER_AWAY_MS : awayMs;
      outages.push({ kind: 'away', atMs, engine, forMs });
      atMs += forMs + BETWEEN_MS + random() * BETWEEN_MS;
    }
  const endMs = outages.length > 0 ? atMs : rounds * 3 * (BETWEEN_MS + awayMs);
  const kills = kinds.has('kills') ? planKills(random, endMs) : [];
  return { faults: [...outages, ...kills].sort((a, b) => a.atMs - b.atMs), endMs };
}

function planKills(random: () => number, endMs: number): readonly Fault[] {
  const kills: Fault[] = [];
  let atMs = FIRST_MS;
  for (let turn = 0; atMs < endMs; turn++) {
    const what = KILLED[turn % KILLED.length] ?? 'ingest';
    const number = random() < 0.5 ? 1 : 2;
    const once = ONCE[Math.floor(turn / KILLED.length) % ONCE.length] ?? 'notifier';
    kills.push({ kind: 'kill', atMs, name: what === 'once' ? once : `${what}-${number}` });
    atMs += KILL_EVERY_MIN_MS + random() * KILL_EVERY_SPAN_MS;
  }
  return kills;
}
