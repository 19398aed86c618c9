import { HOUR_MS, MINUTE_MS, START_MS } from './notifier.fixture.ts';
import type { Told } from './stage.ts';

// Facts for the stages' tests: round numbers, so that both sides of a threshold are easy to see.

/** The limits stage tests compare with. */
export const limits = {
  minGapMs: 10 * MINUTE_MS,
  decisionMs: 6 * HOUR_MS,
  bundleWindowMs: MINUTE_MS,
  escalateAfterMs: 2 * MINUTE_MS,
  movingRecheckMs: 30_000,
  rates: [
    { count: 2, windowMs: 10 * MINUTE_MS },
    { count: 4, windowMs: HOUR_MS },
  ],
  channelRates: { sms: [{ count: 1, windowMs: MINUTE_MS }], email: [{ count: 2, windowMs: MINUTE_MS }] },
  crewRates: [{ count: 2, windowMs: 10 * MINUTE_MS }],
  escalation: {
    warning: { dispatcherMs: 10 * MINUTE_MS, crewMs: 30 * MINUTE_MS },
    critical: { dispatcherMs: 3 * MINUTE_MS, crewMs: 0 },
  },
  digestCars: 10,
  flood: { count: 10, windowMs: 10 * MINUTE_MS },
  declineStep: 0.15,
  declineLastsMs: 24 * HOUR_MS,
  doubtLastsMs: 30 * 24 * HOUR_MS,
};

export const basis = {
  says: 'text-1',
  remedyKey: 'hold-speed',
  offered: ['hold-speed'],
  probability: 0.4,
  stopName: 'Milford',
};

export const told = (change: Partial<Told> = {}): Told => ({
  notificationId: 'n-1',
  alertId: 'alert-1',
  revision: 1,
  ruleId: 'arrival-below-reserve',
  subject: 'stop-milford',
  channel: 'feed',
  state: 'sent',
  severity: 'warning',
  interrupts: true,
  purpose: 'alert',
  reason: null,
  atMs: START_MS,
  basis,
  ...change,
});
