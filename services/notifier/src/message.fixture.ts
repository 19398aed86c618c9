import type { Message } from './channel.ts';
import { driver, START_MS } from './notifier.fixture.ts';

/** A message for the channels' tests. */
export const exampleMessage = (change: Partial<Message> = {}): Message => ({
  notificationId: 'notification-1',
  alertId: 'alert-1',
  vehicleId: 'veh_milford0001',
  ruleId: 'arrival-below-reserve',
  revision: 1,
  severity: 'warning',
  interrupts: true,
  purpose: 'alert',
  recipient: driver,
  subject: 'Battery: you may arrive below your reserve',
  title: 'Milford: 3 % (0–8 %) on arrival, reserve 5 %',
  body: 'Charge 12 min longer here <at the "Diner" & Grill>.',
  spoken: 'Charge 12 minutes longer here.',
  createdAtMs: START_MS,
  expiresAtMs: START_MS + 3_600_000,
  ...change,
});
