import { describe, expect, test } from 'vitest';
import type { Judged } from '../demo/report.ts';
import { missingWarnings, outcomeOf } from './outcome.ts';
import type { Found } from './recount.ts';

// One alert with one step, on the screen and by mail, resting on the car's own thermometer; two frames.

const row = (change: object = {}) => ({
  ...{ notificationId: 'n1', alertId: 'a1', revision: 1, ruleId: 'r', channel: 'feed', state: 'sent' },
  ...{ personId: 'p', purpose: 'alert', interrupts: true },
  ...change,
});
const mailRow = row({ notificationId: 'n2', channel: 'email' });
const interruption = (change: object = {}) => ({
  ...{ alertId: 'a1', ruleId: 'r', body: 'You may arrive low. (weather from the car alone)' },
  arrivals: [{ channel: 'feed', atMs: 5 }],
  alert: { facts: { weatherSource: 'car-thermometer' } },
  ...change,
});
interface Parts {
  readonly frames?: readonly number[];
  readonly heardAlerts?: readonly object[];
  readonly notifications?: readonly object[];
  readonly mails?: readonly object[];
  readonly interruptions?: readonly object[];
}
const drive = (parts: Parts = {}): Judged => {
  const interruptions = parts.interruptions ?? [interruption()];
  const recording = {
    frames: (parts.frames ?? [1, 2]).map((atMs) => ({ atMs })),
    heard: {
      alerts: parts.heardAlerts ?? [{ alertId: 'a1', revision: 1 }],
      notifications: parts.notifications ?? [row()],
      forecasts: [],
    },
    mails: parts.mails ?? [{ messageId: '<n2@x>' }],
  };
  const verdicts = [{ point: { id: 'leaving' }, warning: {}, interruptions }];
  return { recording, interruptions, verdicts } as unknown as Judged;
};
const found = (change: object = {}): Found =>
  ({
    storedAtMs: [1, 2],
    alerts: [{ alertId: 'a1', ruleId: 'r', revision: 1 }],
    notifications: [row(), mailRow],
    ...change,
  }) as unknown as Found;

const NOTHING = { framesLost: [], framesDoubled: [], alertsLost: [], alertsDoubled: [], notSaid: [] };

describe('what a drive comes to', () => {
  test('a drive without fault breaks nothing', () => {
    expect(outcomeOf(drive(), found())).toMatchObject({
      ...{ acked: 2, distinct: 2, stored: 2, alerts: 1, degraded: 1, broken: NOTHING },
      delivered: { feed: 1, email: 1 },
    });
  });

  test('frames that came twice are stored once', () => {
    expect(outcomeOf(drive({ frames: [1, 2, 2] }), found())).toMatchObject({
      ...{ acked: 3, distinct: 2, stored: 2, broken: NOTHING },
    });
  });

  test('a message that comes again under its id is one', () => {
    const again = drive({
      notifications: [row(), row()],
      mails: [{ messageId: '<n2@x>' }, { messageId: '<n2@x>' }],
    });
    expect(outcomeOf(again, found())).toMatchObject({ broken: NOTHING, delivered: { feed: 1, email: 1 } });
  });

  test.each<[string, keyof typeof NOTHING, Judged, Found]>([
    ['a frame that is not stored', 'framesLost', drive(), found({ storedAtMs: [1] })],
    ['a frame that is stored twice', 'framesDoubled', drive(), found({ storedAtMs: [1, 2, 2] })],
    ['a step that is not on the bus', 'alertsLost', drive({ heardAlerts: [] }), found()],
    ['an alert nobody decided', 'alertsLost', drive(), found({ notifications: [] })],
    [
      'a message that failed',
      'alertsLost',
      drive(),
      found({ notifications: [row({ state: 'failed' }), mailRow] }),
    ],
    ['a message nobody saw', 'alertsLost', drive({ notifications: [] }), found()],
    ['a mail nobody got', 'alertsLost', drive({ mails: [] }), found()],
    [
      'a step told under two ids',
      'alertsDoubled',
      drive({ notifications: [row(), row({ notificationId: 'n3' })] }),
      found({ notifications: [row(), row({ notificationId: 'n3' }), mailRow] }),
    ],
    [
      'a rule that interrupts twice for one decision',
      'alertsDoubled',
      drive({ interruptions: [interruption(), interruption({ alertId: 'a2' })] }),
      found(),
    ],
    [
      'a guess that does not say so',
      'notSaid',
      drive({ interruptions: [interruption({ body: 'You may arrive low.' })] }),
      found(),
    ],
  ])('%s is noticed', (_, promise, judged, files) => {
    const { broken } = outcomeOf(judged, files);
    expect(broken[promise]).toHaveLength(1);
    expect({ ...broken, [promise]: [] }).toEqual(NOTHING);
  });

  test('a decision that only the undisturbed drive was warned of is missing', () => {
    const silent = { verdicts: [{ point: { id: 'leaving' } }] } as unknown as Judged;
    expect(missingWarnings(drive(), silent)).toEqual(['nothing at leaving']);
    expect(missingWarnings(drive(), drive())).toEqual([]);
    expect(missingWarnings(silent, drive())).toEqual([]);
  });
});
