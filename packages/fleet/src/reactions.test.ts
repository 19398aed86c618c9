import { describe, expect, test } from 'vitest';
import { advanceCar } from './advance.ts';
import { type Car, type CarState, copyOf, parkedAtHome, type Sink, type StretchTruth } from './car.ts';
import { createChance } from './chance.ts';
import { createCountry } from './country.ts';
import { packKwhOf } from './physics.ts';
import { hear, type Warning } from './reactions.ts';
import { createSites } from './sites.ts';
import { createSky } from './sky.ts';
import { traitsOf } from './traits.ts';
import type { Wish } from './wishes.ts';

const FROM_MS = Date.UTC(2026, 0, 12);
const HOUR_MS = 3_600_000;
const chance = createChance(5);
const country = createCountry(5);
const sites = createSites(5, country);
const [near, far] = [country.towns[0], country.towns[1]];
if (near === undefined || far === undefined) throw new Error('a country has towns');
const home = { ...near, name: 'Home' };

/** Drives from one town to the next in the morning, of which it knows in the night. */
const wish: Wish = {
  ...{ wishId: 'trip', tellAtMs: FROM_MS + HOUR_MS, departAtMs: FROM_MS + 6 * HOUR_MS, isLong: false },
  ...{ plugKw: null, stops: [{ place: { ...far, name: 'Far' }, standsMs: 0 }] },
};

function carWith({ acts, socPct }: { readonly acts: number; readonly socPct: number }): {
  readonly car: Car;
  readonly state: CarState;
} {
  const traits = {
    ...traitsOf(1, chance, country),
    ...{ home, homeKw: 11, health: 1, nervousPct: 0, actsProbability: acts },
    ...{ reserveSocPct: 10, chargeLimitPct: socPct },
  };
  const everyMs = { driving: 30_000, charging: 300_000, standing: 1_800_000 };
  const car: Car = { traits, wishes: [wish], ground: { country, sites }, sky: createSky(5), chance, everyMs };
  const state = parkedAtHome(car, FROM_MS);
  return { car, state: Object.assign(state, { energyKwh: (packKwhOf(traits) * socPct) / 100, plugKw: 11 }) };
}

function run({ car, state }: { readonly car: Car; readonly state: CarState }, toMs: number) {
  const truths: StretchTruth[] = [];
  const words: string[] = [];
  let plans = 0;
  const sink: Sink = {
    frame: () => {},
    plan: () => void plans++,
    say: (_, word) => void words.push(word),
    ended: (truth) => void truths.push(truth),
  };
  advanceCar(car, state, toMs, sink);
  return { truths, words, plans };
}

const warning: Warning = {
  ...{ alertId: 'a', ruleId: 'r', severity: 'warning', tripId: 'trip', stopId: 'stop-1' },
  about: 'reserve',
  advice: [{ kind: 'plug-in', untilSocPct: 95 }],
};
const WARNED_MS = FROM_MS + 2 * HOUR_MS;
const END_MS = FROM_MS + 24 * HOUR_MS;

describe('a warning the evening before', () => {
  const untold = carWith({ acts: 1, socPct: 14 });
  const alone = run(untold, END_MS).truths[0];

  test('without it the reserve is missed', () => {
    expect(alone).toMatchObject({ wouldHaveFailed: true, firstWarnedAtMs: null, actedAtMs: null });
  });

  test('somebody who acts on it arrives well, and it still counts as one that was due', () => {
    const one = carWith({ acts: 1, socPct: 14 });
    run(one, WARNED_MS);
    hear(one.car, one.state, warning);
    const [truth] = run(one, END_MS).truths;
    expect(truth).toMatchObject({ wouldHaveFailed: true, firstWarnedAtMs: WARNED_MS, isStranded: false });
    expect(truth?.actedAtMs).toBeGreaterThan(WARNED_MS);
    expect(truth?.arrivalSocPct).toBeGreaterThan(10);
  });

  test('somebody who does not act goes exactly as if nobody had said anything', () => {
    const one = carWith({ acts: 0, socPct: 14 });
    run(one, WARNED_MS);
    hear(one.car, one.state, warning);
    const [truth] = run(one, END_MS).truths;
    expect(truth).toMatchObject({ wouldHaveFailed: true, actedAtMs: null, firstWarnedAtMs: WARNED_MS });
    expect(truth?.arrivalSocPct).toBe(alone?.arrivalSocPct);
    expect(truth?.endedAtMs).toBe(alone?.endedAtMs);
  });

  test('a needless one is known as needless', () => {
    const one = carWith({ acts: 1, socPct: 95 });
    run(one, WARNED_MS);
    hear(one.car, one.state, warning);
    expect(run(one, END_MS).truths[0]).toMatchObject({ wouldHaveFailed: false, firstWarnedAtMs: WARNED_MS });
  });

  test('asking what would have been changes nothing of the car', () => {
    const one = carWith({ acts: 0, socPct: 14 });
    run(one, WARNED_MS);
    const { told: _, reactions: __, ...before } = copyOf(one.state);
    hear(one.car, one.state, warning);
    expect(one.state).toMatchObject(before);
  });

  test('some say that a needless one was not useful, and nobody who acts does', () => {
    const said = (socPct: number, acts: number) =>
      Array.from({ length: 40 }, (_, i) => {
        const one = carWith({ acts, socPct });
        run(one, WARNED_MS);
        hear(one.car, one.state, { ...warning, ruleId: `r${i}` });
        return run(one, WARNED_MS + HOUR_MS).words;
      }).flat();
    expect(said(95, 0)).toContain('not-useful');
    expect(said(95, 0)).not.toContain('on-it');
    expect(said(14, 1)).toContain('on-it');
    expect(said(14, 1).length).toBeLessThan(40);
  });
});

describe('a warning on the road', () => {
  const drivingAtMs = wish.departAtMs + HOUR_MS / 2;
  const underway = () => {
    const one = carWith({ acts: 1, socPct: 40 });
    run(one, drivingAtMs);
    return one;
  };

  test('a slower drive arrives later and with more', () => {
    const [fast] = run(underway(), END_MS).truths;
    const one = underway();
    hear(one.car, one.state, {
      ...warning,
      severity: 'critical',
      advice: [{ kind: 'hold-speed', speedMps: 14 }],
    });
    const [slow] = run(one, END_MS).truths;
    expect(slow?.endedAtMs).toBeGreaterThan(fast?.endedAtMs ?? 0);
    expect(slow?.arrivalSocPct).toBeGreaterThan(fast?.arrivalSocPct ?? 100);
  });

  test('a charger is driven to, charged at, and told as a stop of the plan', () => {
    const one = underway();
    const site = sites.near(one.state.at, 200_000).find(({ isDc, siteId }) => isDc && siteId !== '');
    if (site === undefined) throw new Error('a country has chargers');
    hear(one.car, one.state, {
      ...warning,
      advice: [{ kind: 'charge-at', siteId: site.siteId, untilSocPct: 60 }],
    });
    const { truths, plans } = run(one, END_MS);
    expect(truths.map(({ stopId }) => stopId)).toEqual(['stop-1']);
    expect(truths[0]?.actedAtMs).not.toBeNull();
    expect(plans).toBe(one.car.traits.plansTripsProbability > 0.5 ? 1 : 0);
  });

  describe('about the charger that is driven to', () => {
    const [other, planned] = sites.near(far, 300_000).filter(({ isDc }) => isDc);
    if (other === undefined || planned === undefined) throw new Error('a country has chargers');
    const towards = () => {
      const one = underway();
      const [drive] = one.state.tasks;
      const { outing } = one.state;
      const [last] = outing?.stops ?? [];
      if (drive?.do !== 'drive' || outing === null || last === undefined) throw new Error('it drives');
      const road = country.road(planned, last.place);
      const charge = { site: planned, untilSocPct: 70 };
      one.state.tasks = [
        { ...drive, to: planned, stopId: 'charge-1' },
        { do: 'charge', ...charge, sinceMs: null },
        { ...drive, road },
      ];
      const stop = { stopId: 'charge-1', place: planned, road: drive.road, standsMs: 0, charge };
      one.state.outing = { ...outing, stops: [stop, { ...last, road }] };
      return one;
    };
    const about: Warning = {
      ...warning,
      ...{ about: 'charger', stopId: 'charge-1', ruleId: 'planned-charger-doubtful' },
      advice: [{ kind: 'charge-at', siteId: other.siteId, untilSocPct: 60 }],
    };

    test('another one takes its place in the plan, charged at as planned', () => {
      const one = towards();
      hear(one.car, one.state, about);
      run(one, one.state.atMs + 10 * 60_000);
      expect(one.state.outing?.stops.map(({ stopId, place }) => [stopId, place])).toEqual([
        ['charge-1', other],
        ['stop-1', wish.stops[0]?.place],
      ]);
      expect(one.state.tasks).toMatchObject([
        { do: 'drive', to: other, stopId: 'charge-1' },
        { do: 'charge', site: other, untilSocPct: 70 },
        { do: 'drive', stopId: 'stop-1' },
      ]);
    });

    test('it is right when that charger would truly not have served, and counts as no word about the reserve', () => {
      const found = Array.from({ length: 60 }, (_, hours) => {
        const one = towards();
        Object.assign(one.state, { atMs: one.state.atMs + hours * HOUR_MS });
        const { stateAt } = one.car.ground.sites;
        const isNeeded = hear(one.car, one.state, { ...about, ruleId: `r${hours}` });
        const [truth] = run(
          { ...one, state: { ...towards().state, atMs: one.state.atMs } },
          END_MS + 60 * HOUR_MS,
        ).truths;
        expect(one.state.told).toBeNull();
        expect(isNeeded).toBe(truth?.charger !== 'works');
        if (truth?.charger === 'broken') expect(stateAt(planned, truth.endedAtMs)).toBeNull();
        return isNeeded;
      });
      expect(new Set(found)).toEqual(new Set([true, false]));
    });
  });

  test('advice about a charger that does not exist is taken as a reason to slow down', () => {
    const one = underway();
    hear(one.car, one.state, {
      ...warning,
      advice: [{ kind: 'charge-at', siteId: 'nowhere', untilSocPct: 60 }],
    });
    run(one, drivingAtMs + 6 * 60_000);
    expect(one.state.capMps).toBe(22);
  });
});
