import { distanceM, leg, refuseSignal, SIGNAL, stop } from '@outrider/domain';
import { describe, expect, test } from 'vitest';
import { createFleet, type Fleet, type FleetEvent } from './fleet.ts';

const FROM_MS = Date.UTC(2026, 0, 12);
const HOUR_MS = 3_600_000;
const OPTIONS = { cars: 14, days: 2, seed: 3, fromMs: FROM_MS };

function run(fleet: Fleet, stepMs = HOUR_MS, days = OPTIONS.days): FleetEvent[] {
  const events: FleetEvent[] = [];
  for (let atMs = FROM_MS; atMs < FROM_MS + days * 24 * HOUR_MS; atMs += stepMs)
    events.push(...fleet.advance(atMs + stepMs));
  return events;
}
const ofCar = (events: readonly FleetEvent[], car: number) => events.filter((one) => one.car === car);

const twoDays = run(createFleet(OPTIONS));

describe('a fleet follows from its seed', () => {
  test('two runs say the same', () => {
    expect(run(createFleet(OPTIONS))).toEqual(twoDays);
  });

  test('another seed says otherwise', () => {
    expect(run(createFleet({ ...OPTIONS, seed: 4 }))).not.toEqual(twoDays);
  });

  test('in how many steps it is run makes no difference', () => {
    const inMinutes = run(createFleet(OPTIONS), 60_000);
    for (const { index } of createFleet(OPTIONS).traits)
      expect(ofCar(inMinutes, index)).toEqual(ofCar(twoDays, index));
  });

  test('a car does the same among few as among many', () => {
    const few = run(createFleet({ ...OPTIONS, cars: 3 }));
    expect(ofCar(few, 2)).toEqual(ofCar(twoDays, 2));
  });
});

describe('what cars send', () => {
  const frames = twoDays.flatMap((one) => (one.kind === 'frame' ? [one] : []));

  test('every value is one that ingest takes', () => {
    const refused = frames.flatMap(({ frame }) =>
      Object.entries(frame.signals).flatMap(([path, value]) => refuseSignal(path, value) ?? []),
    );
    expect(refused).toEqual([]);
  });

  test('a car drives, charges and stands; its odometer never runs back and nothing jumps', () => {
    for (const { index } of createFleet(OPTIONS).traits) {
      const own = frames
        .filter(({ car }) => car === index)
        .map(({ atMs, frame }) => ({ atMs, odometerM: Number(frame.signals[SIGNAL.odometer]) }));
      for (const [i, one] of own.entries()) {
        const before = own[i - 1];
        if (before === undefined) continue;
        expect(one.atMs).toBeGreaterThan(before.atMs);
        const drivenM = one.odometerM - before.odometerM;
        expect(drivenM).toBeGreaterThanOrEqual(0);
        expect(drivenM).toBeLessThan(((one.atMs - before.atMs) / 1_000) * 45 + 10);
      }
    }
    expect(frames.some(({ frame }) => frame.signals[SIGNAL.isCharging] === true)).toBe(true);
    expect(frames.some(({ frame }) => Number(frame.signals[SIGNAL.speed]) > 80)).toBe(true);
  });

  test('some cars fall silent for a while, and some do not tell their power', () => {
    const { traits } = createFleet({ ...OPTIONS, cars: 60 });
    expect(traits.some(({ sensors }) => !sensors.tellsPower)).toBe(true);
    const gapsMs = frames.map(
      ({ atMs, car }, i) => atMs - (frames.findLast((one, k) => k < i && one.car === car)?.atMs ?? atMs),
    );
    expect(Math.max(...gapsMs)).toBeGreaterThan(40 * 60_000);
  });
});

describe('plans', () => {
  const plans = twoDays.flatMap((one) => (one.kind === 'plan' ? [one] : []));

  test('are such as the api takes: every stop with the way to it, times in order, all of it called synthetic', () => {
    expect(plans.length).toBeGreaterThan(5);
    for (const { plan } of plans) {
      expect(plan.legs).toHaveLength(plan.stops.length);
      for (const one of plan.stops) stop.parse(one);
      for (const one of plan.legs) leg.parse(one);
      const times = plan.stops.flatMap(({ arriveAtMs, departAtMs }) => [
        arriveAtMs ?? 0,
        departAtMs ?? arriveAtMs ?? 0,
      ]);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      expect(plan.tripId).toMatch(/^synthetic-/);
    }
  });

  test('leave as much time for a charge as it takes with the power of car and post, not the same for all', () => {
    const fleet = createFleet({ ...OPTIONS, cars: 40 });
    const { traits } = fleet;
    const told = run(fleet).flatMap((one) => (one.kind === 'plan' ? [one] : []));
    const charges = told.flatMap(({ car, plan }) =>
      plan.stops.flatMap(({ arriveAtMs = 0, departAtMs = 0, powerKw, chargeToSocPct = 0 }) =>
        powerKw === undefined
          ? []
          : [{ car, lastsH: (departAtMs - arriveAtMs) / HOUR_MS, powerKw, chargeToSocPct }],
      ),
    );
    expect(new Set(charges.map(({ lastsH }) => lastsH)).size).toBeGreaterThan(1);
    for (const { car, lastsH, powerKw, chargeToSocPct } of charges) {
      const { kind, health } = traits[car] as (typeof traits)[number];
      const mostPct = (100 * lastsH * Math.min(powerKw, kind.dcKw)) / (kind.packKwh * health);
      expect(lastsH).toBeGreaterThanOrEqual(1 / 6);
      expect(mostPct).toBeGreaterThan(Math.min(chargeToSocPct - 31, 60));
    }
  });

  test('are told before the drive, those of a depot the evening before', () => {
    const { traits } = createFleet(OPTIONS);
    for (const { atMs, car, plan } of plans) {
      expect(atMs).toBeLessThanOrEqual(plan.departAtMs + HOUR_MS);
      // On the first day the fleet begins after that evening.
      if (traits[car]?.use === 'depot' && atMs > FROM_MS + HOUR_MS)
        expect(plan.departAtMs - atMs).toBeGreaterThan(8 * HOUR_MS);
    }
  });
});

test('two weeks have all there is: reserves kept and missed, cars that strand, charges on the way, feeble plugs', () => {
  const events = run(createFleet({ ...OPTIONS, cars: 24, days: 14 }), 24 * HOUR_MS, 14);
  const truths = events.flatMap((one) => (one.kind === 'truth' ? [one.truth] : []));
  const failed = truths.filter(({ wouldHaveFailed }) => wouldHaveFailed);
  expect(failed.length).toBeGreaterThan(5);
  expect(failed.length).toBeLessThan(truths.length / 5);
  expect(truths.some(({ isStranded }) => isStranded)).toBe(true);
  expect(truths.some(({ stopId }) => stopId.startsWith('charge-'))).toBe(true);
  expect(truths.some(({ isTold }) => !isTold)).toBe(true);
  // Also of cars that stranded and were helped: nobody is anywhere without having driven there.
  const last = new Map<number, { readonly lat: number; readonly lon: number; readonly odometerM: number }>();
  for (const event of events) {
    if (event.kind !== 'frame') continue;
    const { signals } = event.frame;
    const now = {
      ...{ lat: Number(signals[SIGNAL.latitude]), lon: Number(signals[SIGNAL.longitude]) },
      odometerM: Number(signals[SIGNAL.odometer]),
    };
    const before = last.get(event.car) ?? now;
    expect(distanceM(before, now)).toBeLessThan(now.odometerM - before.odometerM + 200);
    last.set(event.car, now);
  }
  // Nobody was warned, so what happened is what would have happened.
  for (const one of truths) expect(one.wouldHaveFailed).toBe(one.lowestSocPct < one.reserveSocPct);
});
