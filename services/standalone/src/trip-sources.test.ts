import { systemClock } from '@outrider/runtime';
import { afterEach, describe, expect, test } from 'vitest';
import {
  appointment,
  type CalendarDrive,
  calendarOf,
  type Json,
  type Listener,
  listen,
  startCalendarDrive,
} from './calendar-drive.fixture.ts';

/** What a moved entry may take from being seen to being planned. */
const REPLAN_MS = 5_000;
const RULE = 'arrival-below-reserve';

let it: CalendarDrive;
afterEach(() => it.stop());

const alerts = async (): Promise<readonly Json[]> =>
  (await it.call('GET', `${it.car}/alerts`)).alerts.filter(({ ruleId }: Json) => ruleId === RULE);
const states = async (): Promise<readonly string[]> =>
  (await alerts()).map(({ state, severity }: Json) => `${state} ${severity}`);
const readNow = async (sourceId: string): Promise<void> => {
  await it.call('POST', `/v1/trip-sources/${sourceId}/read`);
  await it.all.idle();
};

test('a calendar’s entry is warned of; moved it is planned anew within 5 s, and gone it leaves no alert', async () => {
  it = await startCalendarDrive();
  it.say(calendarOf(appointment('20260115T093000Z')));
  const source = await it.addCalendar();
  expect(source).toMatchObject({ failure: null, problems: [] });
  await it.drive(240);
  expect(await states()).toEqual(['firing critical']);

  it.say(calendarOf(appointment('20260115T113000Z')));
  const seenMs = systemClock.nowMs();
  await readNow(source.sourceId);
  expect(systemClock.nowMs() - seenMs).toBeLessThan(REPLAN_MS);
  const { trips } = await it.call('GET', `${it.car}/trips`);
  expect(trips).toMatchObject([{ revision: 2, stops: [{ arriveAt: '2026-01-15T11:30:00.000Z' }] }]);
  await it.drive(60);
  expect(JSON.stringify(await it.call('GET', `${it.car}/forecast`))).toContain(trips[0].stops[0].stopId);
  expect(await states()).toEqual(['firing critical']);

  it.say(calendarOf());
  await readNow(source.sourceId);
  await it.drive(120);
  expect(await states()).toEqual(['resolved critical']);
});

describe('a guess', () => {
  const PLACE = 'LOCATION:Town Clinic';
  let map: Listener;
  afterEach(() => map.close());

  async function startGuessing(): Promise<{ readonly sourceId: string; readonly tripId: string }> {
    const feature = { geometry: { coordinates: [24, 61.2] }, properties: { name: 'Clinic' } };
    map = await listen(() => JSON.stringify({ features: [feature] }));
    it = await startCalendarDrive({
      ...{ PHOTON_URL: map.origin, WEBHOOK_ALLOW_HTTP_LOOPBACK: 'true', API_ALLOW_HTTP_WEBHOOKS: 'true' },
    });
    await it.call('PATCH', '/v1/people/me', {
      webhookUrl: 'http://127.0.0.1:9/hook',
      webhookSecret: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
      channels: ['feed', 'webhook'],
    });
    it.say(calendarOf(appointment('20260115T093000Z', PLACE)));
    const { sourceId } = await it.addCalendar();
    const { trips } = await it.call('GET', `${it.car}/trips`);
    expect(trips).toMatchObject([{ isGuess: true }]);
    return { sourceId, tripId: trips[0].tripId };
  }
  /** What was decided about telling, of every revision of every alert of the drive. */
  const told = async (): Promise<readonly Json[]> => {
    const { alerts: all } = await it.call('GET', `${it.car}/alerts`);
    const each = all.map(({ alertId }: Json) => it.call('GET', `/v1/alerts/${alertId}`));
    return (await Promise.all(each)).flatMap((one: Json) => one.told);
  };
  const interruptions = async (): Promise<readonly string[]> =>
    (await told()).filter(({ interrupts }) => interrupts).map(({ channel }) => channel);

  test('is a card and nothing else; confirmed, the same drive is warned of aloud', async () => {
    const { tripId } = await startGuessing();
    await it.drive(240);
    expect(await states()).toEqual(['firing info']);
    expect(await alerts()).toMatchObject([{ facts: { isGuess: true } }]);
    expect(await interruptions()).toEqual([]);
    expect(new Set((await told()).map(({ channel }) => channel))).toEqual(new Set(['feed']));
    await it.call('POST', `/v1/trips/${tripId}/confirm`);
    await it.all.idle();
    await it.drive(180);
    expect(await states()).toEqual(['firing critical']);
    expect(await interruptions()).toEqual(['feed', 'webhook']);
    expect((await alerts())[0].facts).not.toHaveProperty('isGuess');
  });

  test('that its calendar takes back leaves no alert', async () => {
    const { sourceId } = await startGuessing();
    await it.drive(240);
    expect(await states()).toEqual(['firing info']);
    it.say(calendarOf());
    await readNow(sourceId);
    await it.drive(120);
    expect(await states()).toEqual(['resolved info']);
  });
});
