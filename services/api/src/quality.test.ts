import type { NewRestraint, StretchLabel } from '@outrider/domain';
import { afterAll, describe, expect, test } from 'vitest';
import { START_MS, startApi } from './api.fixture.ts';

const it = await startApi();
const operator = await it.addPerson('operator');
afterAll(() => it.stop());

const DAY_MS = 24 * 3_600_000;
const today = Math.floor(START_MS / DAY_MS) * DAY_MS;
const ask = (query = '') => it.call('GET', `/v1/quality${query}`, { token: operator.token });

/** As the predictor does: with a checkpoint. */
async function store(
  labels: readonly (Partial<StretchLabel> & { readonly labelId: string; readonly isSynthetic?: boolean })[],
): Promise<void> {
  const previous = await it.state.predictor.readCheckpoint(1);
  const next = {
    partition: 1,
    generation: (previous?.generation ?? 0) + 1,
    offsets: new Map(),
    savedAtMs: 1,
  };
  const rows = labels.map(({ labelId, isSynthetic = false, ...label }) => ({
    ...{ labelId, isSynthetic },
    label: { dayMs: today, outcome: 'missed' as const, warnings: [], ...label },
  }));
  const nothing = { vehicles: [], alerts: [], outbox: [] };
  await it.state.predictor.writeCheckpoint({ partition: 1, previous, next, ...nothing, labels: rows });
}

test('nothing was judged yet: zeros and nulls, for every outcome', async () => {
  const { status, body } = await ask();
  expect(status).toBe(200);
  expect(body).toMatchObject({
    days: 14,
    isCut: false,
    stretches: 0,
    rules: [],
    recall: { of: 0, ratio: null },
  });
  expect(Object.values(body.outcomes)).toEqual([0, 0, 0, 0, 0, 0, 0]);
});

test('the last days are counted, the day before them is not', async () => {
  const warnings = [{ ruleId: 'arrival-below-reserve', times: 2, leadS: 1_200 }];
  await store([
    ...[0, 1, 2, 3].map((i) => ({ labelId: `acted-${i}`, outcome: 'acted' as const, warnings })),
    { labelId: 'false', outcome: 'false-alarm', warnings, dayMs: today - 6 * DAY_MS },
    { labelId: 'old', dayMs: today - 7 * DAY_MS },
  ]);
  const week = (await ask('?days=7')).body;
  expect(week).toMatchObject({ days: 7, stretches: 5, outcomes: { acted: 4, 'false-alarm': 1, missed: 0 } });
  expect(week.rules).toMatchObject([
    {
      ruleId: 'arrival-below-reserve',
      precision: { of: 5, ratio: 0.8 },
      isBelowBar: false,
      inTime: { of: 0, ratio: null },
      leadS: 1_200,
      flipsPerStretch: 1,
    },
  ]);
  expect((await ask('?days=8')).body).toMatchObject({ stretches: 6, recall: { of: 5, ratio: 0.8 } });
});

test('synthetic cars have figures of their own, and what is left out is counted', async () => {
  await store([{ labelId: 'made-up', isSynthetic: true, outcome: 'late' }]);
  const real = (await ask('?days=7')).body;
  expect(real).toMatchObject({ isSynthetic: false, stretches: 5, leftOut: 1, outcomes: { late: 0 } });
  const madeUp = (await ask('?days=7&cars=synthetic')).body;
  expect(madeUp).toMatchObject({ isSynthetic: true, stretches: 1, leftOut: 5, outcomes: { late: 1 } });
  expect((await ask('?cars=all')).status).toBe(400);
});

test.each(['0', '401', '1.5', 'week'])('days=%s is refused', async (days) => {
  expect((await ask(`?days=${days}`)).status).toBe(400);
});

describe('a rule that is held to silent cards', () => {
  const restraint: NewRestraint = {
    ...{ restraintId: 'held-1', ruleId: 'nervous', ruleVersion: 'v1', kind: 'below-bar', sinceMs: START_MS },
    figures: { rightStretches: 9, judgedStretches: 20, days: 14 },
  };
  const reinstate = (token: string, ruleId = 'nervous') =>
    it.call('POST', `/v1/rules/${ruleId}/reinstate`, { token });
  const held = async () => (await ask()).body.held;

  test('is shown, until somebody lets it interrupt again', async () => {
    expect(await held()).toEqual([]);
    await it.state.restraints.raise(restraint);
    const { restraintId: _, sinceMs, ...shown } = restraint;
    expect(await held()).toEqual([{ ...shown, since: new Date(sinceMs).toISOString(), isKept: false }]);
    const driver = await it.addPerson('driver');
    expect((await reinstate(driver.token)).status).toBe(403);
    expect((await reinstate(operator.token, 'another')).status).toBe(404);
    expect(await held()).toHaveLength(1);
    expect((await reinstate(operator.token)).status).toBe(204);
    expect(await held()).toEqual([]);
    expect((await reinstate(operator.token)).status).toBe(404);
    const [row] = await it.state.restraints.list(10);
    expect(row?.answer).toMatchObject({ kind: 'lift', by: `operator ${operator.personId}` });
  });

  test('is not shown once another text of it ran', async () => {
    await it.state.restraints.raise({ ...restraint, restraintId: 'held-2' });
    await it.state.restraints.end('held-2', START_MS);
    expect(await held()).toEqual([]);
    expect((await reinstate(operator.token)).status).toBe(404);
  });
});

describe('a rule that is braked', () => {
  const raise = (restraintId: string) =>
    it.state.restraints.raise({
      ...{ restraintId, ruleId: 'crowded', ruleVersion: 'v1', kind: 'brake', sinceMs: START_MS },
      figures: { cars: 20, fleetCars: 400, withinS: 600 },
    });
  const answer = (said: unknown, ruleId = 'crowded') =>
    it.call('POST', `/v1/rules/${ruleId}/brake`, { token: operator.token, body: { answer: said } });
  const held = async () => (await ask()).body.held;

  test('is shown with when it ends by itself, is kept, and released', async () => {
    await raise('brake-1');
    const until = new Date(START_MS + 6 * 3_600_000).toISOString();
    expect(await held()).toMatchObject([{ ruleId: 'crowded', kind: 'brake', until, isKept: false }]);
    expect((await answer('keep')).status).toBe(204);
    const [kept] = await held();
    expect(kept).toMatchObject({ isKept: true });
    expect(kept).not.toHaveProperty('until');
    expect((await answer('release')).status).toBe(204);
    expect(await held()).toEqual([]);
    expect((await answer('release')).status).toBe(404);
  });

  test('is not what reinstating is about, nor the other way round', async () => {
    await raise('brake-2');
    const reinstated = await it.call('POST', '/v1/rules/crowded/reinstate', { token: operator.token });
    expect(reinstated.status).toBe(404);
    expect((await answer('release', 'nervous')).status).toBe(404);
    expect(await held()).toHaveLength(1);
  });

  test.each(['', 'perhaps', 1, null])('the answer %j is refused', async (said) => {
    expect((await answer(said)).status).toBe(400);
  });
});

test('what people called not useful is shown by rule, for the days asked', async () => {
  const put = (opinionId: string, dayMs: number) =>
    it.state.opinions.put({
      ...{ opinionId, dayMs, ruleId: 'nervous', because: 'too-late', isSynthetic: false },
    });
  expect((await ask()).body.notUseful).toEqual([]);
  for (const index of [1, 2, 3, 4]) await put(`opinion-${index}`, today);
  await put('opinion-5', today - 7 * DAY_MS);
  expect((await ask('?days=7')).body.notUseful).toEqual([{ ruleId: 'nervous', notUseful: 4, mostly: null }]);
  expect((await ask('?days=8')).body.notUseful).toEqual([
    { ruleId: 'nervous', notUseful: 5, mostly: { because: 'too-late', count: 5 } },
  ]);
});
