import type { Fleet, FleetEvent, StretchTruth } from '@outrider/fleet';
import type { ManualClock } from '@outrider/runtime';
import type { ChargerNetwork } from './charger-network.ts';
import type { PlayOptions } from './play-fleet.ts';
import type { Heard, Resident } from './resident.ts';

/** A stretch as it truly went, and what its driver heard of it. */
export interface JudgedStretch {
  readonly truth: StretchTruth;
  /** Of the first warning that interrupted; undefined: nobody was warned, or it has none. */
  readonly deadlineAtMs: number | undefined;
  /** Repetitions of a rule that had ended. */
  readonly flips: number;
}

/** Something that interrupted a driver; `isNeeded` as the fleet knows it, null: nobody can tell. */
export interface Interruption {
  readonly ruleId: string;
  readonly isNeeded: boolean | null;
}

/** What came of it. */
export interface Played {
  readonly stretches: readonly JudgedStretch[];
  readonly interruptions: readonly Interruption[];
}

/** A fleet's time, which goes on as far as somebody lets it. */
export interface Life {
  /** What came of it so far. */
  readonly played: Played;
  readonly atMs: number;
  /** A minute at a time, each once all has come to rest; never beyond the fleet's end. @throws when `signal` aborts */
  liveUntil(toMs: number, signal?: AbortSignal): Promise<void>;
}

interface Stage {
  readonly fleet: Fleet;
  readonly network: ChargerNetwork;
  readonly eventClock: ManualClock;
  readonly residents: readonly Resident[];
  idle(): Promise<void>;
}

const MINUTE_MS = 60_000;

export function createLife(
  { fleet: { fromMs }, untilMs, onEvents, onProgress }: PlayOptions,
  { fleet, network, eventClock, residents, idle }: Stage,
): Life {
  const told = createTold();
  const stretches: JudgedStretch[] = [];
  const interruptions: Interruption[] = [];
  let atMs = fromMs;
  let spokeBefore = new Set<number>();
  const liveMinute = async (): Promise<void> => {
    atMs += MINUTE_MS;
    const events = fleet.advance(atMs);
    eventClock.advanceTo(atMs);
    await network.tell(atMs);
    const byCar = Map.groupBy(events, ({ car }) => car);
    await Promise.all([...byCar].map(([car, own]) => takeAll(residents[car], own)));
    await idle();
    // What a frame says is judged when its reorder window has passed: with the next minute.
    const mayHear = new Set([...byCar.keys(), ...spokeBefore]);
    spokeBefore = new Set(byCar.keys());
    for (const car of mayHear)
      for (const heard of (await residents[car]?.heard()) ?? []) {
        told.note(car, heard);
        interruptions.push({ ruleId: heard.warning.ruleId, isNeeded: fleet.hear(car, heard.warning) });
      }
    for (const event of events) if (event.kind === 'truth') stretches.push(told.judge(event.truth));
    await onEvents?.(events);
    onProgress?.(atMs - fromMs, (untilMs ?? fleet.endMs) - fromMs);
  };
  return {
    played: { stretches, interruptions },
    get atMs() {
      return atMs;
    },
    async liveUntil(toMs, signal) {
      while (atMs < Math.min(toMs, fleet.endMs)) {
        signal?.throwIfAborted();
        await liveMinute();
      }
    },
  };
}

async function takeAll(resident: Resident | undefined, events: readonly FleetEvent[]): Promise<void> {
  for (const event of events) await resident?.take(event);
}

/** What was said of each stretch until it ended. */
function createTold() {
  const stretches = new Map<
    string,
    { readonly deadlineAtMs: number | undefined; readonly episodes: Map<string, Set<string>> }
  >();
  const keyOf = (car: number, tripId: string, stopId: string) => `${car} ${tripId} ${stopId}`;
  return {
    note(car: number, { warning, deadlineAtMs }: Heard): void {
      const { tripId, stopId, ruleId, alertId, about } = warning;
      if (tripId === undefined || stopId === undefined || about !== 'reserve') return;
      const key = keyOf(car, tripId, stopId);
      const known = stretches.get(key) ?? { deadlineAtMs, episodes: new Map<string, Set<string>>() };
      known.episodes.set(ruleId, (known.episodes.get(ruleId) ?? new Set<string>()).add(alertId));
      stretches.set(key, known);
    },
    judge(truth: StretchTruth): JudgedStretch {
      const key = keyOf(truth.car, truth.tripId, truth.stopId);
      const known = stretches.get(key);
      stretches.delete(key);
      const flips = [...(known?.episodes.values() ?? [])].reduce((sum, { size }) => sum + size - 1, 0);
      return { truth, deadlineAtMs: known?.deadlineAtMs, flips };
    },
  };
}
