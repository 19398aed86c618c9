import type { Alert } from '@outrider/domain';
import { readSettings } from '@outrider/runtime';
import { afterEach, expect, test } from 'vitest';
import type { DrivingState } from './driving-state.ts';
import { alertOf, createRig, driver, HOUR_MS, MINUTE_MS, type Rig, START_MS } from './notifier.fixture.ts';
import { limitsOf } from './notifier-deps.ts';
import { createRehearsal, type Heard } from './rehearsal.ts';
import { notifierSettings } from './settings.ts';
import { loadLanguages } from './wording/language.ts';

let rig: Rig;
afterEach(() => rig.close());

interface Told {
  /** Event time from the start. */
  readonly atMs: number;
  readonly driving: 'moving' | 'parked';
  readonly alert?: Partial<Alert>;
}

const quiet = { quietFromMinute: 8 * 60, quietToMinute: 10 * 60 };

// The rehearsal has no memory of its rows but its own, and no outbox: it has to say what both come to.
test.each<{ name: string; person?: Partial<typeof driver>; count: number; steps: readonly Told[] }>([
  { name: 'a warning to a parked driver', count: 2, steps: [{ atMs: 0, driving: 'parked', alert: {} }] },
  {
    name: 'a warning on the road, and parking ten minutes later',
    count: 2,
    steps: [
      { atMs: 0, driving: 'moving', alert: {} },
      { atMs: 10 * MINUTE_MS, driving: 'parked' },
    ],
  },
  {
    name: 'the same said twice, then new advice, then the end',
    count: 4,
    steps: [
      { atMs: 0, driving: 'parked', alert: {} },
      { atMs: MINUTE_MS, driving: 'parked', alert: { revision: 2 } },
      {
        atMs: 20 * MINUTE_MS,
        driving: 'parked',
        alert: { revision: 3, severity: 'critical', probability: 0.95 },
      },
      { atMs: 30 * MINUTE_MS, driving: 'parked', alert: { revision: 4, state: 'resolved' } },
    ],
  },
  {
    name: 'quiet hours, and their end',
    count: 2,
    person: quiet,
    steps: [
      { atMs: 0, driving: 'parked', alert: { deadlineAtMs: START_MS + 90 * MINUTE_MS } },
      { atMs: HOUR_MS, driving: 'parked' },
    ],
  },
  {
    name: 'quiet hours, and the end of the alert within them',
    count: 0,
    person: quiet,
    steps: [
      { atMs: 0, driving: 'parked', alert: { deadlineAtMs: START_MS + 90 * MINUTE_MS } },
      { atMs: MINUTE_MS, driving: 'parked', alert: { revision: 2, state: 'resolved' } },
      { atMs: HOUR_MS, driving: 'parked' },
    ],
  },
])('$name: the rehearsal hears what the notifier sends', async ({ person = {}, count, steps }) => {
  rig = await createRig({ person });
  const limits = limitsOf(readSettings(notifierSettings, {}));
  const rehearsal = createRehearsal({ ...driver, ...person }, limits, loadLanguages());
  const heard: string[] = [];
  const note = (news: ReadonlyMap<string, Heard>) => {
    for (const [channel, one] of news) if (one.kind === 'said') heard.push(`${channel} ${one.text.title}`);
  };
  for (const { atMs, driving, alert } of steps) {
    await (driving === 'moving' ? rig.drive() : rig.park());
    await rig.passEventTime(START_MS + atMs - rig.runtime.eventClock.nowMs());
    await (driving === 'moving' ? rig.drive() : rig.park());
    const state: DrivingState = { kind: driving };
    const nowMs = START_MS + atMs;
    note(rehearsal.wait(state, nowMs));
    if (alert === undefined) continue;
    const step = { changedAtMs: nowMs, expiresAtMs: nowMs + 2 * HOUR_MS, ...alert };
    await rig.publishAlert(step);
    note(rehearsal.tell(alertOf(step), state, nowMs));
  }
  await rig.passEventTime(0);
  const sent = [
    ...rig
      .published()
      .filter(({ channel, state }) => channel === 'feed' && state === 'sent')
      .map(({ title }) => `feed ${title}`),
    ...rig.email.messages.map(({ title }) => `email ${title}`),
  ];
  expect(sent).toHaveLength(count);
  expect(heard.toSorted()).toEqual(sent.toSorted());
});
