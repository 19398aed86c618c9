import { decodeFleetRecord } from '@outrider/ingest';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ALERTS, encode, PAYLOAD } from './protocol.ts';

// Messages written by protobufjs and as JSON say the same to us.

const VIN = '5YJ3E1EA0PF000001';
const RECEIVED_AT_MS = Date.UTC(2026, 0, 15, 8);
const SECONDS = RECEIVED_AT_MS / 1000;

const decode = (txtype: string, value: Uint8Array) =>
  decodeFleetRecord(
    {
      ...{ topic: 'fleet', key: VIN, timestampMs: RECEIVED_AT_MS, value },
      headers: { vin: VIN, txtype, receivedat: String(RECEIVED_AT_MS) },
    },
    () => 'veh_aaaaaaaaaaaa',
  );

const degrees = fc.double({ min: -200, max: 200, noNaN: true });
const noNumbers = new Set([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
/** protojson has text for what JSON has no number for. */
const inJson = (value: number): number | string => (noNumbers.has(value) ? String(value) : value);
/** The Go server writes a float with as many digits as it needs. */
const floatInJson = (value: number): number | string => {
  if (noNumbers.has(value)) return String(value);
  for (const digits of [6, 7, 8, 9])
    if (Math.fround(Number(value.toPrecision(digits))) === value) return Number(value.toPrecision(digits));
  return value;
};

/** A value for protobufjs, and the same for JSON. */
const value = fc.oneof(
  fc.string({ unit: 'grapheme' }).map((text) => same({ stringValue: text })),
  fc
    .constantFrom('"61.5"', 'True', 'ShiftStateD', '(1.5 N, 2.5 W)', '07:30')
    .map((text) => same({ stringValue: text })),
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }).map((int) => same({ intValue: int })),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((long) => same({ longValue: String(long) })),
  fc.float().map((float) => [{ floatValue: float }, { floatValue: floatInJson(float) }] as const),
  fc.double().map((double) => [{ doubleValue: double }, { doubleValue: inJson(double) }] as const),
  fc.boolean().map((flag) => same({ booleanValue: flag })),
  fc.boolean().map((invalid) => same({ invalid })),
  fc.tuple(degrees, degrees).map(([latitude, longitude]) => same({ locationValue: { latitude, longitude } })),
  fc.integer({ min: -3, max: 12 }).map((no) => same({ shiftStateValue: no })),
  fc.boolean().map((DriverRear) => same({ doorValue: { DriverRear } })),
  fc
    .boolean()
    .map((semiRearAxleLeft2) =>
      same({ tireLocationValue: { semiRearAxleLeft_2: semiRearAxleLeft2, semiRearAxleLeft2 } }),
    ),
  fc.integer({ min: 0, max: 30 }).map((hour) => same({ timeValue: { hour, minute: 5, second: 0 } })),
  fc.constant(same({})),
);

function same<T extends object>(one: T): readonly [T, T] {
  return [one, one];
}

const datum = fc.tuple(fc.integer({ min: -5, max: 300 }), value);

test('a payload says the same in both encodings, whatever its fields and values are', () => {
  fc.assert(
    fc.property(
      fc.array(datum, { maxLength: 6 }),
      fc.nat(999_999_999),
      fc.boolean(),
      (data, nanos, isResend) => {
        const bytes = encode(PAYLOAD, {
          data: data.map(([key, [forBytes]]) => ({ key, value: forBytes })),
          ...{ createdAt: { seconds: SECONDS, nanos }, vin: VIN, isResend },
        });
        const json = {
          data: data.map(([key, [, forJson]]) => ({ key, value: forJson })),
          createdAt: `2026-01-15T08:00:00.${String(nanos).padStart(9, '0')}Z`,
          ...{ vin: VIN, isResend },
        };
        const fromBytes = decode('V', bytes);
        expect(fromBytes).toEqual(decode('V', Buffer.from(JSON.stringify(json))));
        if (fromBytes.kind === 'decoded') expect(fromBytes.isResend).toBe(isResend);
      },
    ),
    { numRuns: 1_000 },
  );
});

test('alerts say the same in both encodings', () => {
  const moment = fc.option(fc.integer({ min: 0, max: SECONDS }), { nil: undefined });
  const alert = fc.record({
    name: fc.string({ maxLength: 130 }),
    audiences: fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 4 }),
    startedAt: moment,
    endedAt: moment,
  });
  const at = (seconds: number | undefined) =>
    seconds === undefined ? null : new Date(seconds * 1000).toISOString().replace('.000', '');
  fc.assert(
    fc.property(fc.array(alert, { maxLength: 4 }), (alerts) => {
      const bytes = encode(ALERTS, {
        alerts: alerts.map(({ startedAt, endedAt, ...one }) => ({
          ...one,
          ...(startedAt === undefined ? {} : { startedAt: { seconds: startedAt } }),
          ...(endedAt === undefined ? {} : { endedAt: { seconds: endedAt } }),
        })),
        ...{ createdAt: { seconds: SECONDS }, vin: VIN },
      });
      const json = {
        alerts: alerts.map((one) => ({ ...one, startedAt: at(one.startedAt), endedAt: at(one.endedAt) })),
        ...{ createdAt: at(SECONDS), vin: VIN },
      };
      expect(decode('alerts', bytes)).toEqual(decode('alerts', Buffer.from(JSON.stringify(json))));
    }),
    { numRuns: 500 },
  );
});
