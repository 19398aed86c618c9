import { encodeRecord, type OutgoingRecord, TOPICS } from '@outrider/bus';
import { type Alert, type ChannelName, GEAR, SIGNAL } from '@outrider/domain';
import { notifierSettings } from '@outrider/notifier';
import { type Clock, readSettings } from '@outrider/runtime';
import type { Person, State } from '@outrider/state';
import { createTrust, type FullTrust } from '@outrider/trust';
import { type Due, ESCALATION_MS } from './promises.ts';

/** A winter morning. */
export const START_MS = Date.parse('2026-01-23T14:00:00Z');
export const CHANNELS: readonly ChannelName[] = ['feed', 'email', 'webhook'];
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
/** Longer than any run: nothing may expire that was delayed by kills alone. */
const ALERT_LIVES_MS = 20 * 24 * 3_600_000;

const DRIVER = 'per_outbox';
const CO_DRIVER = 'per_beside';
const numbered = (name: string, car: number): string => `${name}${String(car).padStart(4, '0')}`;
export const vehicleOf = (car: number): string => numbered('veh_outbox', car);

/** Cars with one owner each, who agreed to be warned, and a co-driver; both switched every channel on. */
export async function registerCars(
  state: State,
  eventClock: Clock,
  { cars, webhookUrl }: { readonly cars: number; readonly webhookUrl: string },
): Promise<FullTrust> {
  const trust = createTrust({ ...state, eventClock });
  for (let car = 0; car < cars; car++) {
    const [personId, besideId] = [numbered(DRIVER, car), numbered(CO_DRIVER, car)];
    for (const one of [personId, besideId]) await state.people.insert(personOf(one, webhookUrl));
    const vehicleId = vehicleOf(car);
    await state.vehicles.insert({
      ...{ vehicleId, label: `Car ${car}`, modelId: 'generic', vin: null, homeSealed: null },
      ...{ reserveSocPct: 5, createdAtMs: 0 },
    });
    const consents = { alert_driver: true, show_driver: true };
    await trust.registerOwnership({
      ...{ vehicleId, personId, consents, actor: 'test', fromMs: 0, textVersion: '1' },
    });
    const beside = { vehicleId, personId: besideId, part: 'co-driver', fromMs: 0, toMs: null } as const;
    if ((await trust.assign({ ...beside, actor: 'test' })) === undefined)
      throw new Error('the car has no owner');
  }
  await trust.prepare(Array.from({ length: cars }, (_, car) => vehicleOf(car)));
  return trust;
}

const personOf = (personId: string, webhookUrl: string): Person => ({
  ...{ personId, name: personId, email: `${personId}@outrider.invalid`, phone: null },
  ...{ webhookUrl: `${webhookUrl}/${personId}`, webhookSecret: SECRET, language: 'en', units: 'metric' },
  ...{ timeZone: 'Europe/Berlin', quietFromMinute: null, quietToMinute: null },
  ...{ channels: CHANNELS, createdAtMs: 0 },
});

/** Whose address it is that something came to. */
export const personAt = (to: string): string => /per_[a-z]+\d+/.exec(to)?.[0] ?? 'nobody';

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

/** One that names what helps, and so goes on to the co-driver of a driver who does not answer. */
export const isEscalating = (alertId: string): boolean => alertId.endsWith('-2');

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
    remedies: isEscalating(alertId) ? [HOLD_SPEED] : [],
    evidence: { inputs: [], modelVersion: 'model-1', ruleVersion: 'rule-1' },
  };
  return encodeRecord(TOPICS.alerts, vehicleId, alert, atMs, trust);
}

const HOLD_SPEED: Alert['remedies'][number] = {
  ...{ kind: 'hold-speed', speedMps: 22, arrivalSocPct: { p10: 6, p50: 9, p90: 13 } },
  belowReserveProbability: 0.05,
};

/** To the driver on every channel, and where it escalates to the co-driver too: nobody ever answers. */
export const dueOf = (alertId: string, car: number): readonly Due[] =>
  [DRIVER, ...(isEscalating(alertId) ? [CO_DRIVER] : [])].flatMap((name) =>
    CHANNELS.map((channel) => ({ alertId, personId: numbered(name, car), channel })),
  );

/** Nothing is held back on purpose: what is could not be counted. */
export const settingsWith = (environment: Readonly<Record<string, string>> = {}) =>
  readSettings(notifierSettings, {
    THROTTLE: '9999/10m',
    MIN_GAP_MIN: '0',
    BUNDLE_WINDOW_S: '0',
    WEBHOOK_ALLOW_HTTP_LOOPBACK: 'true',
    ESCALATE_CRITICAL_TO_DISPATCHER_MIN: String(ESCALATION_MS / 60_000),
    ...environment,
  });
