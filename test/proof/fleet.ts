import type { Clock } from '@outrider/runtime';
import { z } from 'zod';
import { DESTINATION, ORIGIN } from './parked-car.ts';

/** A car that is registered, with its plan told and somebody to warn. */
export interface RegisteredCar {
  readonly index: number;
  readonly vehicleId: string;
  /** Of the device. */
  readonly token: string;
  readonly driverToken: string;
  readonly tripId: string;
}

const WEBHOOK_SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const DAY_MS = 86_400_000;

/** Registers people, cars and plans over the API, as a newcomer would. */
export async function registerFleet(options: {
  readonly api: string;
  readonly adminToken: string;
  readonly count: number;
  readonly webhookUrl: string;
  readonly clock: Clock;
}): Promise<readonly RegisteredCar[]> {
  const { api, adminToken, count, webhookUrl, clock } = options;
  const { textVersion } = await ask(
    api,
    adminToken,
    'GET',
    '/v1/purposes',
    z.object({ textVersion: z.string() }),
  );
  const cars: RegisteredCar[] = [];
  for (let index = 0; index < count; index++) {
    const channel = index % 2 === 0 ? 'webhook' : 'email';
    const person = await ask(api, adminToken, 'POST', '/v1/people', z.object({ token: z.string() }), {
      name: `Driver ${index}`,
      role: 'driver',
      channels: [channel],
      ...(channel === 'webhook'
        ? { webhookUrl, webhookSecret: WEBHOOK_SECRET }
        : { email: `driver${index}@outrider.invalid` }),
    });
    const made = await ask(api, person.token, 'POST', '/v1/vehicles', newVehicle, {
      label: `Car ${index}`,
      modelId: 'tesla-model-s-85-2012',
      consents: { alert_driver: true, show_driver: true },
      textVersion,
    });
    const { vehicleId } = made.vehicle;
    const path = `/v1/vehicles/${vehicleId}/trips`;
    const { tripId } = await ask(api, person.token, 'POST', path, newTrip, planOf(0, clock));
    cars.push({ index, vehicleId, token: made.device.token, driverToken: person.token, tripId });
  }
  return cars;
}

const newTrip = z.object({ tripId: z.string() });

/** Tells another plan for the car's trip: the way to another place, so that each fall has something new to say. */
export async function replan(api: string, car: RegisteredCar, version: number, clock: Clock): Promise<void> {
  await ask(api, car.driverToken, 'PUT', `/v1/trips/${car.tripId}`, newTrip, planOf(version, clock));
}

const planOf = (version: number, clock: Clock) => ({
  departAt: new Date(clock.nowMs()).toISOString(),
  origin: ORIGIN,
  stops: [
    {
      ...DESTINATION,
      name: `${DESTINATION.name} ${version}`,
      kind: 'destination',
      arriveAt: new Date(clock.nowMs() + 2 * DAY_MS).toISOString(),
    },
  ],
});

const newVehicle = z.object({
  vehicle: z.object({ vehicleId: z.string() }),
  device: z.object({ token: z.string() }),
});

/** Asks the api. @throws with what it said when it refuses */
export async function ask<T>(
  api: string,
  token: string,
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  answer: z.ZodType<T>,
  body?: unknown,
): Promise<T> {
  const response = await fetch(`${api}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} was answered ${response.status}: ${text}`);
  return answer.parse(JSON.parse(text));
}
