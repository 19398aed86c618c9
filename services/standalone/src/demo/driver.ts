import { notificationState } from '@outrider/domain';
import { z } from 'zod';
import { type Plan, type Scenario, tripOf } from '../scenario/index.ts';
import { type ApiClient, ApiRefusal } from './api-client.ts';

/** Where the demo's driver gets mail: a domain that can never exist. */
const DRIVER_EMAIL = 'driver@outrider.invalid';
/** A driver asleep is not woken by a warning that can wait. */
const QUIET_HOURS = { from: '22:30', to: '07:00' } as const;

/** A person and a car, registered over the API as a newcomer would. */
export interface Driver {
  readonly client: ApiClient;
  readonly token: string;
  readonly vehicleId: string;
  readonly device: { readonly token: string; readonly streamUrl: string };
  /** Tells the plan known now; a later plan of the same trip is its next revision. */
  plan(plan: Plan): Promise<void>;
  /** Every decision about telling somebody something, of every alert. */
  decisions(): Promise<readonly Decision[]>;
}

const decision = z.object({
  notificationId: z.string(),
  revision: z.number(),
  channel: z.string().nullable(),
  state: notificationState,
  interrupts: z.boolean(),
  purpose: z.enum(['alert', 'update', 'resolve']),
  reason: z.string().nullable(),
});
export type Decision = z.infer<typeof decision>;

const newPerson = z.object({ token: z.string() });
const purposes = z.object({ textVersion: z.string() });
const newVehicle = z.object({
  vehicle: z.object({ vehicleId: z.string() }),
  device: z.object({ token: z.string() }),
  connect: z.object({ stream: z.string() }),
});
const newTrip = z.object({ tripId: z.string() });
const alertPage = z.object({
  alerts: z.array(z.object({ alertId: z.string() })),
  next: z.string().optional(),
});
const told = z.object({ told: z.array(decision) });

/** Registers driver and car; alerts and history are switched on, nothing else. */
export async function registerDriver(
  admin: ApiClient,
  scenario: Scenario,
  { leavesRoadsOut = false } = {},
): Promise<Driver> {
  const { units, language, timeZone } = scenario.driver;
  const { token } = await admin.ask('POST', '/v1/people', newPerson, {
    name: 'Driver',
    role: 'driver',
    email: DRIVER_EMAIL,
    units,
    language,
    timeZone,
    quietHours: QUIET_HOURS,
  });
  const client = admin.as(token);
  const { textVersion } = await client.ask('GET', '/v1/purposes', purposes);
  const made = await registerCar(client, scenario, textVersion);
  const { vehicleId } = made.vehicle;
  const trips = new Map<string, string>();
  return {
    client,
    token,
    vehicleId,
    device: { token: made.device.token, streamUrl: made.connect.stream },
    async plan(plan) {
      const { legs, ...told } = tripBody(scenario, plan, vehicleId);
      const body = leavesRoadsOut ? told : { ...told, legs };
      const known = trips.get(plan.tripId);
      const { tripId } =
        known === undefined
          ? await client.ask('POST', `/v1/vehicles/${vehicleId}/trips`, newTrip, body)
          : await client.ask('PUT', `/v1/trips/${known}`, newTrip, body);
      trips.set(plan.tripId, tripId);
    },
    decisions: () => readDecisions(client, vehicleId),
  };
}

async function registerCar(client: ApiClient, scenario: Scenario, textVersion: string) {
  const { home } = scenario;
  try {
    return await client.ask('POST', '/v1/vehicles', newVehicle, {
      label: scenario.vehicle.label,
      modelId: scenario.vehicle.modelId,
      reserveSocPct: scenario.reserveSocPct,
      ...(home === undefined ? {} : { home: { lat: home.lat, lon: home.lon } }),
      consents: { alert_driver: true, show_driver: true },
      textVersion,
    });
  } catch (error) {
    if (error instanceof ApiRefusal && error.message.includes('modelId'))
      throw new Error(
        `${scenario.name}: the vehicle model ${scenario.vehicle.modelId} is not in the catalogue`,
      );
    throw error;
  }
}

/** A plan as the API takes it: instants in ISO 8601. */
function tripBody(scenario: Scenario, plan: Plan, vehicleId: string) {
  const { departAtMs, reserveSocPct, origin, stops, legs } = tripOf(scenario, plan, vehicleId);
  return {
    departAt: new Date(departAtMs).toISOString(),
    reserveSocPct,
    origin,
    stops: stops.map(({ arriveAtMs, departAtMs: leaveAtMs, ...stop }) => ({
      ...stop,
      ...(arriveAtMs === undefined ? {} : { arriveAt: new Date(arriveAtMs).toISOString() }),
      ...(leaveAtMs === undefined ? {} : { departAt: new Date(leaveAtMs).toISOString() }),
    })),
    legs,
  };
}

async function readDecisions(client: ApiClient, vehicleId: string): Promise<readonly Decision[]> {
  const decisions: Decision[] = [];
  let before = '';
  for (;;) {
    const page = await client.ask('GET', `/v1/vehicles/${vehicleId}/alerts?limit=200${before}`, alertPage);
    for (const { alertId } of page.alerts) {
      const one = await client.ask('GET', `/v1/alerts/${encodeURIComponent(alertId)}`, told);
      decisions.push(...one.told);
    }
    if (page.next === undefined) return decisions;
    before = `&before=${encodeURIComponent(page.next)}`;
  }
}
