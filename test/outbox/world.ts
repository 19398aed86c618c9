import { encodeRecord, type OutgoingRecord, TOPICS } from '@outrider/bus';
import { type Alert, type ChannelName, GEAR, SIGNAL } from '@outrider/domain';
import { notifierSettings } from '@outrider/notifier';
import { type Clock, readSettings } from '@outrider/runtime';
import type { State } from '@outrider/state';
import { createTrust, type FullTrust } from '@outrider/trust';
import type { Due } from './promises.ts';

/** A winter morning. */
export const START_MS = Date.parse('2026-01-23T14:00:00Z');
export const CHANNELS: readonly ChannelName[] = ['feed', 'email', 'webhook'];
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
/** Longer than any run: nothing may expire that was delayed by kills alone. */
const ALERT_LIVES_MS = 20 * 24 * 3_600_000;

export const vehicleOf = (car: number): string => `veh_outbox${String(car).padStart(4, '0')}`;

/** Cars with one owner each, who agreed to be warned and switched every channel on. */
export async function registerCars(
  state: State,
  eventClock: Clock,
  { cars, webhookUrl }: { readonly cars: number; readonly webhookUrl: string },
): Promise<FullTrust> {
  const trust = createTrust({ ...state, eventClock });
  for (let car = 0; car < cars; car++) {
    const personId = `per_outbox${String(car).padStart(4, '0')}`;
    await state.people.insert({
      ...{ personId, name: `Driver ${car}`, email: `driver${car}@outrider.invalid`, phone: null },
      ...{ webhookUrl, webhookSecret: SECRET, language: 'en', units: 'metric', timeZone: 'Europe/Berlin' },
      ...{ quietFromMinute: null, quietToMinute: null, channels: CHANNELS, createdAtMs: 0 },
    });
    const vehicleId = vehicleOf(car);
    await state.vehicles.insert({
      ...{ vehicleId, label: `Car ${car}`, modelId: 'generic', vin: null, homeSealed: null },
      ...{ reserveSocPct: 5, createdAtMs: 0 },
    });
    const consents = { alert_driver: true, show_driver: true };
    await trust.registerOwnership({
      ...{ vehicleId, personId, consents, actor: 'test', fromMs: 0, textVersion: '1' },
    });
  }
  await trust.prepare(Array.from({ length: cars }, (_, car) => vehicleOf(car)));
  return trust;
}

/** A parked car may be told by every channel. */
export const parkedRecord = (trust: FullTrust, vehicleId: string): OutgoingRecord =>
  encodeRecord(
    TOPICS.signals,
    vehicleId,
    {
      ...{ recordId: `parked-${vehicleId}`, vehicleId, observedAtMs: START_MS, receivedAtMs: START_MS },
      source: 'vss-json',
      values: { [SIGNAL.speed]: 0, [SIGNAL.gear]: GEAR.park },
    },
    START_MS,
    trust,
  );

/** The predictor's record of an alert of its own stop, so that each is told for itself. */
export function alertRecord(
  trust: FullTrust,
  vehicleId: string,
  alertId: string,
  atMs: number,
): OutgoingRecord {
  const alert: Alert = {
    ...{ alertId, revision: 1, vehicleId, ruleId: 'arrival-below-reserve', subject: `stop-${alertId}` },
    ...{ state: 'firing', severity: 'critical', startedAtMs: atMs, changedAtMs: atMs },
    expiresAtMs: atMs + ALERT_LIVES_MS,
    deadlineAtMs: atMs + ALERT_LIVES_MS / 2,
    stopName: `Stop ${alertId}`,
    message: 'arrival-below-reserve',
    facts: { distanceM: 80_000, tempC: -4, windMps: null, socPct: 31 },
    probability: 0.9,
    arrivalSocPct: { p10: 0, p50: 1, p90: 4 },
    reserveSocPct: 5,
    remedies: [],
    evidence: { inputs: [], modelVersion: 'model-1', ruleVersion: 'rule-1' },
  };
  return encodeRecord(TOPICS.alerts, vehicleId, alert, atMs, trust);
}

export const dueOf = (alertId: string): readonly Due[] => CHANNELS.map((channel) => ({ alertId, channel }));

/** Nothing is held back on purpose: what is could not be counted. */
export const settingsWith = (environment: Readonly<Record<string, string>> = {}) =>
  readSettings(notifierSettings, {
    THROTTLE: '9999/10m',
    MIN_GAP_MIN: '0',
    BUNDLE_WINDOW_S: '0',
    WEBHOOK_ALLOW_HTTP_LOOPBACK: 'true',
    ...environment,
  });
