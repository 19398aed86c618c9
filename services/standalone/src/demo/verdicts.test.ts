import { describe, expect, test } from 'vitest';
import { lastRemedies } from '../scenario/index.ts';
import { smallScenario } from '../scenario/small-scenario.ts';
import { type Interruption, interruptionsOf } from './interruptions.ts';
import type { Recording } from './replay.ts';
import { verdictsOf } from './verdicts.ts';

/** 80 % that costs 90 %: there is something to warn of, and a charger that helps. */
const scenario = smallScenario({ 'scenario.yaml': [['whPerKm: 400', 'whPerKm: 900']] });
const [last] = lastRemedies(scenario);
const lastMs = last?.lastRemedyAtMs ?? Number.NaN;

const told = (atMs: number, changes: object = {}) => ({
  notificationId: `n${atMs}`,
  alertId: 'a',
  revision: 1,
  vehicleId: 'veh_00000000',
  ruleId: 'arrival-below-reserve',
  channel: 'feed' as const,
  state: 'sent' as const,
  severity: 'warning' as const,
  interrupts: true,
  purpose: 'alert' as const,
  attempts: 1,
  title: 'Title',
  body: 'Body',
  spoken: 'Spoken',
  createdAt: atMs,
  changedAt: atMs,
  expiresAt: atMs + 1,
  heardAtMs: atMs,
  ...changes,
});
const mail = (id: string, atMs: number) => ({
  atMs,
  messageId: `<${id}@localhost>`,
  alertId: 'a',
  from: '',
  to: '',
  subject: '',
  text: '',
  raw: '',
});
const recordingOf = (
  notifications: readonly ReturnType<typeof told>[],
  mails: readonly ReturnType<typeof mail>[] = [],
): Recording => ({
  scenario,
  vehicleId: 'car',
  frames: [],
  heard: { notifications, forecasts: [], alerts: [] },
  mails,
  decisions: [],
});
const verdictOf = (interruptions: readonly Interruption[]) => verdictsOf(scenario, interruptions)[0];
const warnedBy = (...notifications: ReturnType<typeof told>[]) =>
  verdictOf(interruptionsOf(recordingOf(notifications)))?.warnedAtMs;

const at = (text: string) => Date.parse(`2026-01-01T${text}:00+01:00`);
const PARKED = at('09:50');
const MOVING = at('10:30');

describe('what interrupted', () => {
  test('one step on two channels is one interruption', () => {
    const both = [told(PARKED), told(PARKED, { notificationId: 'm', channel: 'email', state: 'sent' })];
    const found = interruptionsOf(recordingOf(both, [mail('m', PARKED + 1_000)]));
    expect(found).toHaveLength(1);
    expect(found[0]?.arrivals.map(({ channel }) => channel)).toEqual(['feed', 'email']);
  });

  test('a later step of the same alert is another one', () => {
    expect(interruptionsOf(recordingOf([told(1), told(2, { revision: 2 })]))).toHaveLength(2);
  });

  test('silent cards and messages that were only decided on are none', () => {
    const silent = [
      told(1, { interrupts: false }),
      told(2, { state: 'suppressed' }),
      told(3, { state: 'waiting' }),
    ];
    expect(interruptionsOf(recordingOf(silent))).toEqual([]);
  });

  test('a message that is told again when it was read counts once', () => {
    expect(interruptionsOf(recordingOf([told(1), told(1), told(1, { state: 'read' })]))).toHaveLength(1);
  });

  test('a mail cannot be noticed at the wheel, the screen can', () => {
    const row = told(MOVING, { channel: 'email' });
    const byMail = interruptionsOf(recordingOf([row], [mail(row.notificationId, MOVING)]));
    expect(byMail[0]).not.toHaveProperty('noticedAtMs');
    expect(interruptionsOf(recordingOf([told(MOVING)]))[0]?.noticedAtMs).toBe(MOVING);
  });

  test('a mail to a parked driver can be noticed', () => {
    const row = told(PARKED, { channel: 'email' });
    const [one] = interruptionsOf(recordingOf([row], [mail(row.notificationId, PARKED)]));
    expect(one?.noticedAtMs).toBe(PARKED);
  });

  test('a mail nobody announced is an error, not a warning', () => {
    expect(() => interruptionsOf(recordingOf([], [mail('x', 1)]))).toThrow(/belongs to no notification/);
  });
});

describe('whether a decision was warned of', () => {
  test('a message at the last moment counts, one a moment later does not', () => {
    expect(lastMs).toBeGreaterThan(0);
    expect(warnedBy(told(lastMs))).toBe(lastMs);
    expect(warnedBy(told(lastMs + 1))).toBeUndefined();
  });

  test('the first of several counts, and the lead is measured from it', () => {
    const verdict = verdictOf(
      interruptionsOf(recordingOf([told(lastMs - 60_000), told(lastMs, { revision: 2 })])),
    );
    expect(verdict?.warnedAtMs).toBe(lastMs - 60_000);
    expect(verdict?.leadMinutes).toBe(1);
  });

  test('without a message the plan as it stands is still judged', () => {
    const verdict = verdictOf([]);
    expect(verdict).not.toHaveProperty('warning');
    expect(verdict?.ignored.endsAboveReserve).toBe(false);
    expect(verdict?.last.isNeeded).toBe(true);
  });

  test('a message belongs to one decision: the first whose end it does not come after', () => {
    const two = smallScenario({
      'scenario.yaml': [
        [
          'from: "2026-01-01T09:30+01:00" }',
          'from: "2026-01-01T09:30+01:00" }\n  - { id: later, place: b, from: "2026-01-01T10:20+01:00" }',
        ],
      ],
    });
    const border = at('10:20');
    const counts = (atMs: number) =>
      verdictsOf(two, interruptionsOf({ ...recordingOf([told(atMs)]), scenario: two })).map(
        ({ interruptions }) => interruptions.length,
      );
    expect(counts(border)).toEqual([1, 0]);
    expect(counts(border + 1)).toEqual([0, 1]);
  });
});
