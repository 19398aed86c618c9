import { vehicleModel } from './catalogue.ts';
import type { DrivenTrip } from './driven-trip.ts';
import type { MeterCar } from './road-meter.ts';
import { addTripSample, finishTrip, startTripMeter, type TripMeter, type TripSample } from './trip-meter.ts';
import { usualUse } from './vehicle-model.ts';

// A small car and its drives, one sample a second. For tests only.

const vehicle = vehicleModel('bmw-i3-60ah');
if (vehicle === undefined) throw new Error('no i3');
export const meterCar: MeterCar = { vehicle, use: usualUse };

export const sampleAt = (atS: number, change: Partial<TripSample> = {}): TripSample => ({
  atMs: atS * 1000,
  isDriving: true,
  speedMps: 20,
  odometerM: null,
  movedM: null,
  heightM: 0,
  bearingDeg: 0,
  powerW: 10_000,
  socPct: 80,
  airTempC: 5,
  setTempC: null,
  cabinTempC: null,
  batteryTempC: null,
  weather: { pressureHpa: 1_000, windSpeedMps: 4, windFromDeg: 45, wetness: 0 },
  ...change,
});

export const metered = (samples: readonly TripSample[]): TripMeter => {
  const [first, ...rest] = samples;
  if (first === undefined) throw new Error('no samples');
  return rest.reduce(
    (meter, sample) => addTripSample(meter, meterCar, sample),
    startTripMeter(meterCar, first),
  );
};

/** A drive of whole pieces of 500 m, one sample a second, and a sample after it in which it stands. */
export const driven = (
  change: (atS: number) => Partial<TripSample> = () => ({}),
  seconds = 100,
): TripSample[] => [
  ...Array.from({ length: seconds }, (_, i) => sampleAt(i, change(i))),
  sampleAt(seconds, { ...change(seconds), isDriving: false }),
];

export function tripOf(samples: readonly TripSample[]): DrivenTrip {
  const trip = finishTrip(metered(samples), meterCar);
  if (typeof trip === 'string') throw new Error(trip);
  return trip;
}
