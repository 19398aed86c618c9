import { GEAR, SIGNAL, type SignalValue } from '@outrider/domain';
import { DRILL_BELOW_SOC_PCT } from '@outrider/predictor';
import type { Clock } from '@outrider/runtime';
import { z } from 'zod';
import type { CanaryCar } from './car.ts';
import type { Expected } from './expected.ts';
import { type Arrival, listenAs, missingOf, type Proven } from './heard.ts';

export interface RoundDeps {
  readonly car: CanaryCar;
  readonly realClock: Clock;
  /** Texts that came to the canary's addresses since they were taken last. */
  readonly arrivals: { take(): readonly Arrival[] };
  readonly proven: Proven;
  readonly withinMs: number;
  readonly signal: AbortSignal;
}

const verdicts = z.object({ verdicts: z.array(z.looseObject({})) });
const LOOK_EVERY_MS = 250;
/** For one request to a door. */
const REQUEST_MS = 15_000;
const [LOW_SOC_PCT, HIGH_SOC_PCT] = [DRILL_BELOW_SOC_PCT - 30, DRILL_BELOW_SOC_PCT + 30];

/**
 * One drill, from the car's frame to the addresses; returns what did not arrive in time.
 * @throws when a door does not answer
 */
export async function driveRound(
  expected: readonly Expected[],
  before: ReadonlySet<string>,
  deps: RoundDeps,
): Promise<{ readonly missing: readonly Expected[]; readonly alertIds: readonly string[] }> {
  const { car, realClock, proven, signal } = deps;
  const ear = await listenAs(
    car.apiUrl,
    car.token,
    AbortSignal.any([signal, AbortSignal.timeout(REQUEST_MS)]),
  );
  deps.arrivals.take();
  try {
    await sendCharge(car, LOW_SOC_PCT, realClock.nowMs(), signal);
    const endMs = realClock.nowMs() + deps.withinMs;
    const arrived: Arrival[] = [];
    for (;;) {
      arrived.push(...deps.arrivals.take());
      // What is late from the round before proves nothing about this one.
      const told = ear.told.filter((one) => one.vehicleId === car.vehicleId && !before.has(one.alertId));
      const missing = missingOf(expected, told, arrived, proven);
      if (missing.length === 0 || signal.aborted || realClock.nowMs() >= endMs)
        return { missing, alertIds: told.map(({ alertId }) => alertId) };
      await realClock.sleep(LOOK_EVERY_MS, signal);
    }
  } finally {
    ear.close();
    // Also when the canary is stopped in the middle: what fires is taken back.
    await sendCharge(car, HIGH_SOC_PCT, realClock.nowMs()).catch(() => {});
  }
}

/** Parked, so that nothing waits for a driver to stop. */
async function sendCharge(
  { framesUrl, deviceToken }: CanaryCar,
  socPct: number,
  atMs: number,
  signal?: AbortSignal,
): Promise<void> {
  const signals: Readonly<Record<string, SignalValue>> = {
    ...{ [SIGNAL.soc]: socPct, [SIGNAL.speed]: 0, [SIGNAL.gear]: GEAR.park },
  };
  const response = await fetch(framesUrl, {
    method: 'POST',
    headers: { authorization: `Bearer ${deviceToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ frames: [{ observedAt: new Date(atMs).toISOString(), signals }] }),
    signal: AbortSignal.any([...(signal ? [signal] : []), AbortSignal.timeout(REQUEST_MS)]),
  });
  if (!response.ok) throw new Error(`the gateway answered ${response.status}`);
  const said = verdicts.parse(await response.json());
  if (said.verdicts.some((verdict) => !('ack' in verdict)))
    throw new Error('the gateway did not take the frame');
}
