import { describe, expect, test } from 'vitest';
import {
  byNeed,
  digestsOf,
  firingOf,
  NOTHING_SEEN,
  openCommandsOf,
  type Seen,
  see,
  seeAlerts,
  warningsOf,
} from './seen.ts';
import type { AlertView, ForecastView, NotificationView, Told } from './server/answers.ts';

const AT_MS = Date.UTC(2026, 0, 15, 8);
const iso = (minutes: number): string => new Date(AT_MS + minutes * 60_000).toISOString();

const alert = (alertId: string, change: Partial<AlertView> = {}): AlertView => ({
  ...{ alertId, revision: 1, vehicleId: 'car', ruleId: 'overnight-loss', subject: 'stop', state: 'firing' },
  ...{
    severity: 'warning',
    startedAt: iso(0),
    changedAt: iso(0),
    expiresAt: iso(60),
    message: 'overnight-loss',
  },
  ...{ facts: {}, remedies: [], evidence: { inputs: [], modelVersion: 'm', ruleVersion: 'r' } },
  ...change,
});

const forecast = (minutes: number, toStopM: number, stopId = 'home', socPct = 50): ForecastView => ({
  ...{
    forecastId: `f${minutes}`,
    vehicleId: 'car',
    madeAt: iso(minutes),
    socPct,
    reserveSocPct: 5,
    curve: [],
  },
  ...{ modelVersion: 'm', watch: { state: 'watching' } },
  stops: [
    {
      ...{ stopId, name: stopId, distanceM: toStopM, arriveAt: iso(60) },
      ...{ arrivalSocPct: { p10: 1, p50: 2, p90: 3 }, belowReserveProbability: 0.1 },
    },
  ],
});

const message = (
  alertId: string,
  minutes: number,
  change: Partial<NotificationView> = {},
): NotificationView => ({
  ...{
    notificationId: `${alertId}-${minutes}`,
    alertId,
    revision: 1,
    vehicleId: 'car',
    ruleId: 'overnight-loss',
  },
  ...{ channel: 'feed', state: 'sent', severity: 'warning', interrupts: true, purpose: 'alert', attempts: 1 },
  ...{ title: `said at ${minutes}`, createdAt: iso(minutes), changedAt: iso(minutes), expiresAt: iso(60) },
  ...change,
});

const told = (what: object, minutes = 0): Told =>
  ({ at: iso(minutes), cursor: `c${minutes}`, ...what }) as Told;
const after = (...all: readonly Told[]): Seen => all.reduce(see, NOTHING_SEEN);

describe('what the page has seen', () => {
  test('moves the time on, never back, and knows where the feed goes on', () => {
    const seen = after(
      told({ type: 'hello', vehicleIds: [] }, 5),
      told({ type: 'hello', vehicleIds: [] }, 3),
    );
    expect([seen.heardAtMs, seen.cursor]).toEqual([AT_MS + 5 * 60_000, 'c3']);
  });

  test('a forecast that comes late takes no newer one’s place', () => {
    const seen = after(
      told({ type: 'forecast', forecast: forecast(5, 9_000) }),
      told({ type: 'forecast', forecast: forecast(4, 10_000) }),
    );
    expect(seen.forecasts.car?.forecastId).toBe('f5');
  });

  test('the trail grows by half a kilometre, and begins anew towards another stop or after turning back', () => {
    const points = (...way: readonly (readonly [number, number, string?])[]) =>
      after(
        ...way.map(([minutes, m, stop]) => told({ type: 'forecast', forecast: forecast(minutes, m, stop) })),
      ).trails.car;
    expect(
      points([0, 10_000], [1, 9_501], [2, 9_500], [3, 9_100])?.points.map(({ toStopM }) => toStopM),
    ).toEqual([10_000, 9_500]);
    expect(points([0, 10_000], [1, 9_000, 'work'])).toMatchObject({ stopId: 'work', fromM: 9_000 });
    expect(points([0, 10_000], [1, 12_000])).toMatchObject({ fromM: 12_000, points: [{ toStopM: 12_000 }] });
  });

  test('a moment in which nobody can judge leaves the trail', () => {
    const unknown = { ...forecast(1, 0), stops: [] };
    const seen = after(
      told({ type: 'forecast', forecast: forecast(0, 10_000) }),
      told({ type: 'forecast', forecast: unknown }),
      told({ type: 'forecast', forecast: forecast(2, 9_000) }),
    );
    expect(seen.trails.car?.points).toHaveLength(2);
  });

  test('of one alert the later step counts, and an end comes after what it ends', () => {
    const end = alert('a', { state: 'resolved', changedAt: iso(4) });
    for (const steps of [
      [alert('a'), end],
      [end, alert('a')],
      [alert('a', { changedAt: iso(4) }), end],
    ])
      expect(seeAlerts(NOTHING_SEEN, steps).alerts.a?.state).toBe('resolved');
  });

  test('what takes a warning back does not take its words', () => {
    const seen = after(
      told({ type: 'notification', notification: message('a', 0) }),
      told({ type: 'notification', notification: message('a', 3, { purpose: 'resolve', title: 'over' }) }),
    );
    expect([seen.messages.a?.title, seen.ends.a?.title]).toEqual(['said at 0', 'over']);
  });

  test('a message of another way, or without words, is not this page’s, and an older one comes too late', () => {
    const seen = after(
      told({ type: 'notification', notification: message('a', 2) }),
      told({ type: 'notification', notification: message('a', 1) }),
      told({ type: 'notification', notification: message('b', 2, { channel: 'email' }) }),
      told({ type: 'notification', notification: { ...message('c', 2), title: undefined } }),
    );
    expect(Object.values(seen.messages).map(({ title }) => title)).toEqual(['said at 2']);
  });

  test('little is kept: the newest', () => {
    const many = Array.from({ length: 80 }, (_, i) =>
      alert(`a${i}`, { changedAt: iso(i), startedAt: iso(i) }),
    );
    const kept = warningsOf(seeAlerts(NOTHING_SEEN, many), 'car');
    expect([kept.length, kept[0]?.alertId, kept.at(-1)?.alertId]).toEqual([60, 'a79', 'a20']);
  });
});

describe('what holds now', () => {
  test('the gravest first, of equals the one whose advice ends first', () => {
    const alerts = [
      alert('card', { severity: 'info' }),
      alert('late', { deadlineAt: iso(30) }),
      alert('grave', { severity: 'critical' }),
      alert('soon', { deadlineAt: iso(10) }),
      alert('open'),
    ];
    expect(byNeed(alerts).map(({ alertId }) => alertId)).toEqual(['grave', 'soon', 'late', 'open', 'card']);
  });

  test('of this car, not over, not expired, not for operators', () => {
    const seen = seeAlerts(NOTHING_SEEN, [
      alert('mine'),
      alert('theirs', { vehicleId: 'other' }),
      alert('over', { state: 'resolved' }),
      alert('staff', { audience: 'operators' }),
      alert('expired', { expiresAt: iso(10) }),
    ]);
    const at = (minutes: number) =>
      firingOf(seen, 'car', AT_MS + minutes * 60_000).map(({ alertId }) => alertId);
    expect([at(9), at(10)]).toEqual([['mine', 'expired'], ['mine']]);
  });

  test('a command is shown until its time is over', () => {
    const command = {
      commandId: 'c',
      vehicleId: 'car',
      state: 'asked',
      expiresAt: iso(5),
      title: 't',
      body: 'b',
    };
    const seen = after(told({ type: 'command', command }));
    const shown = (minutes: number) => openCommandsOf(seen, 'car', AT_MS + minutes * 60_000).length;
    expect([shown(4.9), shown(5)]).toEqual([1, 0]);
  });
});

describe('messages about many cars', () => {
  const told = (revision: number, change: Partial<NotificationView> = {}): Told => ({
    ...{ type: 'notification', at: iso(revision), cursor: 'c' },
    notification: message('many', revision, { ruleId: 'digest', revision, ...change }),
  });
  const after = (...all: readonly Told[]) => digestsOf(all.reduce(see, NOTHING_SEEN), AT_MS + 10 * 60_000);

  test('the newest word of each counts, and a warning of one car is none', () => {
    const one: Told = { ...{ type: 'notification', at: iso(1), cursor: 'c' }, notification: message('a', 1) };
    expect(after(told(1), told(2), one).map(({ alertId, revision }) => [alertId, revision])).toEqual([
      ['many', 2],
    ]);
  });
  test('what was taken back is over, what began anew is not', () => {
    const end = told(2, { purpose: 'resolve' });
    expect(after(told(1), end)).toEqual([]);
    expect(after(told(1), end, told(3))).toHaveLength(1);
  });
  test('what has expired is over', () => {
    expect(after(told(1, { expiresAt: iso(10) }))).toEqual([]);
    expect(after(told(1, { expiresAt: iso(11) }))).toHaveLength(1);
  });
});
