import { mphToMps } from '@outrider/domain';
import { describe, expect, test } from 'vitest';
import { type Advice, ifFollowed, ifIgnored } from './follow.ts';
import { aheadAt, roadBetween, untilCharge } from './progress.ts';
import { chargedSocPct, chargeMinutes, whPerKmAt } from './published.ts';
import { lastRemedies, leadMinutes, remedyAt } from './search.ts';
import { published, smallScenario } from './small-scenario.ts';

const at = (text: string) => Date.parse(text);
const winter = published('2013-01-winter-i95');
const madeIt = published('2013-02-i95-made-it');
const miles = (m: number) => m / 1609.344;

describe('published consumption', () => {
  test('30 km/h more than 90 costs the published 37 %, 16 K colder the published 9 %', () => {
    const use = { whPerKm: 150, atMps: 25, atTempC: 20, climbWhPerM: 0 };
    expect(whPerKmAt(use, 120 / 3.6, 20) / 150).toBeCloseTo(1.37, 6);
    expect(whPerKmAt(use, 25, 4) / 150).toBeCloseTo(1.09, 6);
  });

  test('the charging curve gives the three published stops within a few minutes', () => {
    const fast = { powerKw: 90, isDc: true };
    expect(chargeMinutes(winter, fast, 3.2, 72)).toBeGreaterThan(45);
    expect(chargeMinutes(winter, fast, 3.2, 72)).toBeLessThan(58);
    expect(Math.abs(chargeMinutes(winter, fast, 50, 90) - 49)).toBeLessThan(4);
  });

  test('charging for the minutes it takes gives back the SOC it was for', () => {
    const slow = { powerKw: 6.2, isDc: false };
    const minutes = chargeMinutes(winter, slow, 21.3, 44.1);
    expect(chargedSocPct(winter, slow, 21.3, minutes * 60_000)).toBeCloseTo(44.1, 6);
    expect(chargedSocPct(winter, slow, 99.5, 1e9)).toBe(100);
  });
});

describe('what is still ahead', () => {
  test('68 miles on, 132 miles remain to the next charge', () => {
    const legs = untilCharge(aheadAt(winter, at('2013-01-23T14:35-05:00')).legs);
    expect(miles(legs.reduce((sum, leg) => sum + leg.distanceM, 0))).toBeCloseTo(132, 0);
  });

  test('leaving Milford the stretch is the evening and the way back in the morning', () => {
    const legs = untilCharge(aheadAt(winter, at('2013-01-23T18:43-05:00')).legs);
    expect(legs.map((leg) => leg.end.place.id)).toEqual(['stonington', 'groton', 'milford-south']);
    expect(miles(legs.reduce((sum, leg) => sum + leg.distanceM, 0))).toBeCloseTo(79 + 57, 0);
  });

  test('on the way to a stop its road shrinks; standing there the next one begins', () => {
    const beforeMidway = aheadAt(winter, at('2013-01-23T15:00-05:00')).legs[0];
    expect(beforeMidway?.end.place.id).toBe('manhattan');
    expect(aheadAt(winter, at('2013-01-23T16:00-05:00')).legs[0]?.end.place.id).toBe('milford');
  });

  test('without a plan it is the way home, climbing where the road climbs', () => {
    const hill = published('synthetic-hill-and-back');
    const [leg] = aheadAt(hill, at('2026-10-24T10:00+02:00')).legs;
    expect(leg?.end.place.id).toBe('home');
    expect((leg?.distanceM ?? 0) / 1000).toBeCloseTo(62, 0);
    expect(leg?.upM).toBeGreaterThan(500);
    expect(aheadAt(hill, at('2026-10-24T08:45+02:00')).legs).toEqual([]);
  });

  test('a road is the drawn route in either direction, else the straight line × 1.3', () => {
    const [milford, groton, boston] = ['milford', 'groton', 'start'].map((id) =>
      winter.places.find((place) => place.id === id),
    );
    if (!milford || !groton || !boston) throw new Error('places are missing');
    expect(miles(roadBetween(winter, milford, groton).distanceM)).toBeGreaterThan(55);
    expect(miles(roadBetween(winter, milford, groton).distanceM)).toBeLessThan(80);
    const far = { lat: 0, lon: 0 };
    expect(roadBetween(winter, far, { lat: 0, lon: 1 }).distanceM).toBeCloseTo(111_195 * 1.3, -2);
  });
});

describe('the last remedy', () => {
  test('the winter drive needed a warning at each of its decisions, and each had a remedy', () => {
    for (const last of lastRemedies(winter)) {
      expect(last.isNeeded, last.decisionPointId).toBe(true);
      expect(last.lastRemedyAtMs, last.decisionPointId).toBeGreaterThan(last.fromMs);
    }
  });

  test('on the way to Milford it passes before the car arrives, and a minute later nothing helps', () => {
    const last = lastRemedies(winter).find((each) => each.decisionPointId === '68-miles-on');
    expect(last?.limitedBy).toBe('energy');
    expect(remedyAt(winter, last?.lastRemedyAtMs ?? 0)?.kind).toBe('hold-speed');
    expect(remedyAt(winter, (last?.lastRemedyAtMs ?? 0) + 60_000)).toBeUndefined();
    expect(last?.lastRemedyAtMs).toBeLessThan(at('2013-01-23T17:30-05:00'));
    if (last) expect(leadMinutes(last, at('2013-01-23T14:40-05:00'))).toBeGreaterThan(60);
  });

  test('after Norwich it passes on the road', () => {
    const last = lastRemedies(winter).at(-1);
    expect(last?.limitedBy).toBe('energy');
    expect(last?.lastRemedyAtMs).toBeGreaterThan(at('2013-01-24T11:05-05:00'));
    expect(last?.lastRemedyAtMs).toBeLessThan(at('2013-01-24T12:13-05:00'));
  });

  test('the drive that made it needed nothing', () => {
    for (const last of lastRemedies(madeIt)) expect(last.isNeeded, last.decisionPointId).toBe(false);
  });

  test('a car without a plan can turn back until its point of no return, which comes before the sea', () => {
    const hill = published('synthetic-hill-and-back');
    const [last] = lastRemedies(hill);
    expect(last?.isNeeded).toBe(true);
    expect(last?.limitedBy).toBe('energy');
    expect(last?.lastRemedyAtMs).toBeLessThan(at('2026-10-24T09:57+02:00'));
  });

  test('a stretch that nothing can save has no last remedy', () => {
    const hopeless = smallScenario({
      'trace.csv': [
        ['80,0,0', '6,0,0'],
        ['50,40,0', '50,1,0'],
        ['40,1,1', '1,1,1'],
      ],
      'chargers.geojson': [['[11.0, 48.0]', '[20.0, 48.0]']],
    });
    const [last] = lastRemedies(hopeless);
    expect(last?.limitedBy).toBe('hopeless');
    expect(last?.lastRemedyAtMs).toBeUndefined();
  });
});

describe('advice followed', () => {
  const cases: readonly { name: string; when: string; advice: Advice; place: string }[] = [
    {
      name: 'charging to full at Newark',
      when: '2013-01-23T13:11-05:00',
      advice: { kind: 'charge-longer', name: 'Newark', minutes: 27, untilSocPct: 100, powerKw: 20 },
      place: 'Milford CT',
    },
    {
      name: 'holding 55 mph from 68 miles on',
      when: '2013-01-23T14:37-05:00',
      advice: { kind: 'hold-speed', speedMps: mphToMps(55) },
      place: 'Milford CT',
    },
    {
      name: 'staying longer at Milford',
      when: '2013-01-23T18:30-05:00',
      advice: {
        kind: 'charge-longer',
        locationId: 'milford-ct-north',
        name: 'Milford',
        minutes: 15,
        untilSocPct: 82,
        powerKw: 40,
      },
      place: 'Milford CT',
    },
    {
      name: 'charging at Norwich instead of sleeping on it',
      when: '2013-01-23T21:40-05:00',
      advice: {
        kind: 'charge-at',
        locationId: 'norwich-ct',
        name: 'Norwich',
        minutes: 300,
        untilSocPct: 70,
        distanceM: 17_700,
        detourM: 0,
      },
      place: 'Milford CT',
    },
    {
      name: 'staying on the plug at Norwich',
      when: '2013-01-24T11:00-05:00',
      advice: { kind: 'charge-longer', name: 'Norwich', minutes: 90, untilSocPct: 38, powerKw: 6.2 },
      place: 'Milford CT',
    },
  ];
  for (const { name, when, advice, place } of cases) {
    test(`${name} ends above the reserve`, () => {
      const followed = ifFollowed(winter, at(when), advice);
      expect(followed.placeName).toBe(place);
      expect(followed.isPossible).toBe(true);
      expect(followed.endsAboveReserve, JSON.stringify(followed)).toBe(true);
      expect(followed.arrivalSocPct.p10).toBeLessThan(followed.arrivalSocPct.p50);
      expect(followed.arrivalSocPct.p50).toBeLessThan(followed.arrivalSocPct.p90);
    });
  }

  test('ignoring it does not', () => {
    for (const when of ['2013-01-23T13:25-05:00', '2013-01-23T18:43-05:00', '2013-01-24T11:05-05:00']) {
      expect(ifIgnored(winter, at(when)).endsAboveReserve, when).toBe(false);
    }
  });

  test('a speed just too fast ends below, one a little slower above', () => {
    const outcome = (mph: number) =>
      ifFollowed(winter, at('2013-01-23T13:25-05:00'), { kind: 'hold-speed', speedMps: mphToMps(mph) });
    expect(outcome(62).endsAboveReserve).toBe(false);
    expect(outcome(58).endsAboveReserve).toBe(true);
  });

  test('a plug where the scenario has none is told to be impossible', () => {
    const advice: Advice = { kind: 'plug-in', name: 'the hotel', powerKw: 1.4, untilSocPct: 60 };
    const followed = ifFollowed(winter, at('2013-01-23T21:40-05:00'), advice);
    expect(followed.isPossible).toBe(false);
    expect(followed.arrivalSocPct.p50).toBeGreaterThan(
      ifIgnored(winter, at('2013-01-23T21:40-05:00')).arrivalSocPct.p50,
    );
  });

  test('turning back is played along the road that was driven', () => {
    const hill = published('synthetic-hill-and-back');
    const early = ifFollowed(hill, at('2026-10-24T09:20+02:00'), {
      kind: 'turn-back',
      name: 'Home',
      distanceM: 1,
    });
    const late = ifFollowed(hill, at('2026-10-24T10:40+02:00'), {
      kind: 'turn-back',
      name: 'Home',
      distanceM: 1,
    });
    expect(early.endsAboveReserve).toBe(true);
    expect(late.endsAboveReserve).toBe(false);
    expect(late.placeName).toBe('Home');
  });

  test('an unknown charger changes nothing and is told to be impossible', () => {
    const advice: Advice = {
      kind: 'charge-at',
      locationId: 'nowhere',
      name: 'Nowhere',
      minutes: 10,
      untilSocPct: 80,
      distanceM: 1,
      detourM: 0,
    };
    const when = at('2013-01-23T14:37-05:00');
    expect(ifFollowed(winter, when, advice)).toEqual({ ...ifIgnored(winter, when), isPossible: false });
  });
});
