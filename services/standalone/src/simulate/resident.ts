import type { FleetEvent, Part, ToldPlan, Traits, Warning } from '@outrider/fleet';
import type { Clock } from '@outrider/runtime';
import { z } from 'zod';
import { type ApiClient, ApiRefusal } from '../demo/api-client.ts';
import { type Car, connectCar } from '../demo/car.ts';
import { locationIdOf, siteIdOf } from './charger-network.ts';
import { nameOf } from './lines.ts';
import { type Listener, listen, type ToldAlert } from './listener.ts';

/** A synthetic car and whoever drives it, as the services know them. */
export interface Resident {
  readonly traits: Traits;
  /** Its driver, as the api knows them. */
  readonly client: ApiClient;
  readonly vehicleId: string;
  /** Does over the doors what they did in the fleet. */
  take(event: FleetEvent): Promise<void>;
  /** What interrupted them since, as they understand it, with the last moment its advice helps. */
  heard(): Promise<readonly Heard[]>;
  close(): Promise<void>;
}

export interface Heard {
  readonly warning: Warning;
  readonly deadlineAtMs: number | undefined;
}

const newPerson = z.object({ token: z.string() });
const purposes = z.object({ textVersion: z.string() });
const newTrip = z.object({ tripId: z.string() });
const taken = z.object({ feedbackId: z.string() });
const newVehicle = z.object({
  vehicle: z.object({ vehicleId: z.string() }),
  device: z.object({ token: z.string() }),
  connect: z.object({ stream: z.string() }),
});

/** Registers somebody with a car that is labelled synthetic, and connects both. */
export async function moveIn(admin: ApiClient, traits: Traits, realClock: Clock): Promise<Resident> {
  const { token } = await admin.ask('POST', '/v1/people', newPerson, {
    ...{ name: `Driver of ${nameOf(traits.index)}`, role: 'driver', units: 'metric', language: 'en' },
    ...{ timeZone: 'Europe/Berlin', quietHours: { from: '22:30', to: '06:00' }, channels: ['feed'] },
  });
  const client = admin.as(token);
  const { textVersion } = await client.ask('GET', '/v1/purposes', purposes);
  const { vehicle, device, connect } = await client.ask('POST', '/v1/vehicles', newVehicle, {
    ...{ label: nameOf(traits.index), modelId: traits.kind.modelId, isSynthetic: true, textVersion },
    reserveSocPct: traits.reserveSocPct,
    home: { lat: traits.home.lat, lon: traits.home.lon },
    consents: { alert_driver: true, show_driver: true, service_quality_aggregate: true },
  });
  const car = await connectCar({ streamUrl: connect.stream, token: device.token, realClock });
  const screen = await listen(`${admin.baseUrl.replace(/^http/, 'ws')}/v1/live`, token);
  return residentOf(traits, { client, car, screen, vehicleId: vehicle.vehicleId });
}

interface Doors {
  readonly client: ApiClient;
  readonly car: Car;
  readonly screen: Listener;
  readonly vehicleId: string;
}

function residentOf(traits: Traits, { client, car, screen, vehicleId }: Doors): Resident {
  const trips = new Map<string, string>();
  const wishes = new Map<string, ToldPlan>();
  const plan = async (told: ToldPlan): Promise<void> => {
    const known = trips.get(told.tripId);
    const path = known === undefined ? `/v1/vehicles/${vehicleId}/trips` : `/v1/trips/${known}`;
    const { tripId } = await client.ask(known === undefined ? 'POST' : 'PUT', path, newTrip, planBody(told));
    trips.set(told.tripId, tripId);
    wishes.set(tripId, told);
  };
  return {
    traits,
    client,
    vehicleId,
    async take(event) {
      if (event.kind === 'frame') await car.send(event.frame);
      if (event.kind === 'plan') await plan(event.plan);
      if (event.kind !== 'feedback') return;
      const path = `/v1/alerts/${encodeURIComponent(event.alertId)}/feedback`;
      await client.ask('POST', path, taken, { kind: event.word }).catch(unlessGone);
    },
    async heard() {
      const alerts = await screen.take();
      return alerts.map((alert) => ({
        warning: warningOf(alert, wishes.get(alert.tripId ?? '')),
        deadlineAtMs: alert.deadlineAt,
      }));
    },
    async close() {
      await car.close();
      await screen.close();
    },
  };
}

/** An answer to an alert that is no longer there is nobody's fault. */
function unlessGone(error: unknown): void {
  if (!(error instanceof ApiRefusal && error.status === 404)) throw error;
}

const iso = (atMs: number): string => new Date(atMs).toISOString();

const planBody = ({ departAtMs, reserveSocPct, origin, stops, legs }: ToldPlan) => ({
  ...{ departAt: iso(departAtMs), reserveSocPct, origin, legs },
  stops: stops.map(({ arriveAtMs, departAtMs: leaveAtMs, locationId, ...stop }) => ({
    ...stop,
    ...(locationId !== undefined && { locationId: locationIdOf(locationId) }),
    ...(arriveAtMs !== undefined && { arriveAt: iso(arriveAtMs) }),
    ...(leaveAtMs !== undefined && { departAt: iso(leaveAtMs) }),
  })),
});

const figure = z.number().catch(Number.NaN);
const text = z.string().catch('');

/** What rules about a part of the car are about. */
const PART_OF: Readonly<Record<string, Part>> = {
  'battery-hot': 'pack-heater',
  'low-voltage-battery-weak': 'low-voltage',
  'motor-hot': 'motor-pump',
  'slow-puncture': 'tyre',
  'tyre-low': 'tyre',
};

function warningOf(alert: ToldAlert, plan: ToldPlan | undefined): Warning {
  const isStop = plan?.stops.some(({ stopId }) => stopId === alert.subject) === true;
  return {
    ...{ alertId: alert.alertId, ruleId: alert.ruleId, severity: alert.severity, tripId: plan?.tripId },
    stopId: isStop ? alert.subject : undefined,
    part: PART_OF[alert.ruleId],
    about: !isStop ? 'car' : alert.ruleId.startsWith('planned-charger-') ? 'charger' : 'reserve',
    advice: alert.remedies.map(({ kind, ...said }) => {
      const untilSocPct = figure.parse(said.untilSocPct);
      if (kind === 'charge-at') return { kind, siteId: siteIdOf(text.parse(said.locationId)), untilSocPct };
      if (kind === 'charge-longer' || kind === 'plug-in') return { kind, untilSocPct };
      if (kind === 'hold-speed') return { kind, speedMps: figure.parse(said.speedMps) };
      return { kind: 'other' };
    }),
  };
}
