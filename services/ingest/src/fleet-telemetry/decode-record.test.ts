import { SIGNAL } from '@outrider/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeFleetRecord, type FleetRecord } from './decode-record.ts';

const VIN = '5YJ3E1EA0PF000001';
const CAR = 'veh_aaaaaaaaaaaa';
const RECEIVED_AT_MS = Date.UTC(2026, 0, 15, 8);
const allow = (vin: string): string | undefined => (vin === VIN ? CAR : undefined);

const json = (payload: object): Buffer => Buffer.from(JSON.stringify(payload));
const soc = (value: number) => ({ key: 'Soc', value: { doubleValue: value } });
const PAYLOAD = {
  ...{ data: [soc(49.5)], createdAt: '2026-01-15T07:59:59.120Z', vin: VIN, isResend: false },
};
/** Soc 49.5 at 07:59:59.12 of that car, as protobuf. */
const BYTES = Buffer.concat([
  Buffer.from('0a0d0808120929', 'hex'),
  doubleOf(49.5),
  Buffer.from('120b08', 'hex'),
  varint(Date.UTC(2026, 0, 15, 7, 59, 59) / 1000),
  Buffer.from('10', 'hex'),
  varint(120_000_000),
  Buffer.from([0x1a, VIN.length]),
  Buffer.from(VIN),
]);

function doubleOf(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) + 128);
  }
}

const recordOf = (value: Uint8Array | null, changed: Partial<FleetRecord> = {}): FleetRecord => ({
  ...{ topic: 'fleet_V', key: VIN, timestampMs: RECEIVED_AT_MS + 3 },
  headers: { vin: VIN, txtype: 'V', receivedat: String(RECEIVED_AT_MS) },
  ...{ value, ...changed },
});
const decode = (record: FleetRecord) => decodeFleetRecord(record, allow);
const reasonsOf = (record: FleetRecord) => decode(record).rejects.map(({ reason }) => reason);

const FRAMES = [
  {
    ...{ observedAtMs: RECEIVED_AT_MS - 880, seq: 0, values: { [SIGNAL.soc]: 49.5 }, cleared: [] },
    quality: {},
  },
];

describe('the encoding is told by the first byte', () => {
  const indices = Buffer.from([0x02, 0x00]);
  for (const { name, value } of [
    { name: 'JSON', value: json(PAYLOAD) },
    { name: 'protobuf', value: BYTES },
    { name: 'protobuf in a registry frame', value: Buffer.concat([Buffer.from([0, 0, 0, 0, 7, 0]), BYTES]) },
    {
      name: 'protobuf in a registry frame with an index',
      value: Buffer.concat([Buffer.from([0, 0, 0, 0, 7]), indices, BYTES]),
    },
    { name: 'JSON in a registry frame', value: Buffer.concat([Buffer.from([0, 0, 0, 0, 7]), json(PAYLOAD)]) },
  ])
    test(name, () => {
      expect(decode(recordOf(value))).toEqual({
        ...{ kind: 'decoded', vehicleId: CAR, type: 'V', receivedAtMs: RECEIVED_AT_MS, isResend: false },
        ...{ frames: FRAMES, rejects: [] },
      });
    });

  for (const { name, value } of [
    { name: 'half a JSON object', value: json(PAYLOAD).subarray(0, 60) },
    { name: 'half a message', value: BYTES.subarray(0, 10) },
    { name: 'JSON that is not UTF-8', value: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]) },
    { name: 'data that are no list', value: json({ ...PAYLOAD, data: {} }) },
    { name: 'a datum that is no object', value: json({ ...PAYLOAD, data: [1] }) },
    { name: 'a VIN that is no text', value: json({ ...PAYLOAD, vin: 1 }) },
    { name: 'a newline before JSON', value: Buffer.concat([Buffer.from('\n'), json(PAYLOAD)]) },
  ])
    test(`${name} is unreadable`, () => {
      expect(reasonsOf(recordOf(value))).toEqual(['unreadable']);
    });
});

describe('the car is the one that key, header and payload name, and it is allowed', () => {
  const headers = { vin: VIN, txtype: 'V', receivedat: String(RECEIVED_AT_MS) };
  const OTHER = '5YJ3E1EA0PF000002';
  for (const { name, changed, value = json(PAYLOAD), reason } of [
    { name: 'another key', changed: { key: OTHER }, reason: 'wrong-vehicle' },
    { name: 'no key', changed: { key: null }, reason: 'wrong-vehicle' },
    { name: 'an empty key', changed: { key: '' }, reason: 'wrong-vehicle' },
    { name: 'another header', changed: { headers: { ...headers, vin: OTHER } }, reason: 'wrong-vehicle' },
    {
      name: 'another payload',
      changed: {},
      value: json({ ...PAYLOAD, vin: OTHER }),
      reason: 'wrong-vehicle',
    },
    {
      name: 'no VIN in the payload',
      changed: {},
      value: json({ ...PAYLOAD, vin: '' }),
      reason: 'wrong-vehicle',
    },
    {
      name: 'a car nobody allowed',
      changed: { key: OTHER, headers: { ...headers, vin: OTHER } },
      value: json({ ...PAYLOAD, vin: OTHER }),
      reason: 'not-allowed',
    },
  ])
    test(`${name}: ${reason}`, () => {
      expect(reasonsOf(recordOf(value, changed))).toEqual([reason]);
    });

  test('a server that sends no such header is taken at its key', () => {
    expect(decode(recordOf(BYTES, { headers: { txtype: 'V' } })).kind).toBe('decoded');
  });
});

describe('the type is the header’s, else the topic’s', () => {
  for (const { topic, txtype, isKnown } of [
    { topic: 'any', txtype: 'V', isKnown: true },
    { topic: 'Fleet_Telemetry_V', txtype: undefined, isKnown: true },
    { topic: 'tesla_V', txtype: 'metrics', isKnown: false },
    { topic: 'tesla_metrics', txtype: undefined, isKnown: false },
    { topic: 'tesla_v', txtype: undefined, isKnown: false },
  ])
    test(`${txtype} of ${topic}`, () => {
      const headers = { receivedat: String(RECEIVED_AT_MS), ...(txtype === undefined ? {} : { txtype }) };
      const decoded = decode(recordOf(BYTES, { topic, headers }));
      expect(decoded.rejects.map(({ reason }) => reason)).toEqual(isKnown ? [] : ['unknown-type']);
    });
});

describe('the moment is the car’s, when it can be', () => {
  const at = (createdAt: unknown) => recordOf(json({ ...PAYLOAD, createdAt }));
  for (const { createdAt, reason } of [
    { createdAt: '2019-12-31T23:59:59.999Z', reason: 'observed-too-old' },
    { createdAt: '2020-01-01T00:00:00Z', reason: undefined },
    { createdAt: '2026-01-15T08:02:00Z', reason: undefined },
    { createdAt: '2026-01-15T08:02:00.001Z', reason: 'observed-in-future' },
    { createdAt: '2026-01-15', reason: 'bad-time' },
    { createdAt: '2026-13-15T08:00:00Z', reason: 'bad-time' },
    { createdAt: 1_768_464_000_000, reason: 'bad-time' },
    { createdAt: '', reason: 'bad-time' },
  ])
    test(`${createdAt}: ${reason ?? 'read'}`, () => {
      expect(reasonsOf(at(createdAt))).toEqual(reason === undefined ? [] : [reason]);
    });

  test('without one it is when the server had it, and else when Kafka had it', () => {
    const momentOf = (record: FleetRecord) => {
      const decoded = decode(record);
      return decoded.kind === 'decoded' ? decoded.frames[0]?.observedAtMs : undefined;
    };
    expect(momentOf(at(null))).toBe(RECEIVED_AT_MS);
    expect(momentOf({ ...at(null), headers: { vin: VIN } })).toBe(RECEIVED_AT_MS + 3);
    expect(momentOf({ ...at(null), headers: { vin: VIN, receivedat: 'soon' } })).toBe(RECEIVED_AT_MS + 3);
  });

  test('payloads of one millisecond keep their order', () => {
    const seqOf = (createdAt: string) => {
      const decoded = decode(at(createdAt));
      return decoded.kind === 'decoded' ? (decoded.frames[0]?.seq ?? -1) : -1;
    };
    expect(seqOf('2026-01-15T07:59:59.120000002Z')).toBeGreaterThan(seqOf('2026-01-15T07:59:59.120000001Z'));
  });
});

test('a record that says nothing, and no value at all', () => {
  expect(reasonsOf(recordOf(json({ ...PAYLOAD, data: [] })))).toEqual(['no-signals']);
  expect(reasonsOf(recordOf(null))).toEqual(['wrong-vehicle']);
});

test('what is refused is explained without its value: a value may be a place', () => {
  const data = [
    { key: 'Location', value: { stringValue: '(91.2345 N, 3.4567 E)' } },
    { key: 'Location', value: { locationValue: { latitude: 91.2345, longitude: 3.4567 } } },
    { key: 'Soc', value: { stringValue: '34,5678' } },
  ];
  const { rejects } = decode(recordOf(json({ ...PAYLOAD, data })));
  expect(rejects.map(({ path }) => path)).toEqual(['Location', 'Location', 'Soc']);
  expect(JSON.stringify(rejects)).not.toMatch(/2345|4567|5678/);
});

describe('never throws', () => {
  const types = fc.constantFrom('V', 'alerts', 'errors', 'connectivity', 'metrics');
  const headersOf = (txtype: string) => ({ vin: VIN, txtype, receivedat: String(RECEIVED_AT_MS) });

  test('whatever the bytes are', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      // A good message with a byte changed, and cut short.
      fc.tuple(fc.nat(BYTES.length - 1), fc.nat(255), fc.nat(BYTES.length)).map(([at, byte, end]) => {
        const changed = Uint8Array.from(BYTES);
        changed[at] = byte;
        return changed.subarray(0, end);
      }),
    );
    fc.assert(
      fc.property(bytes, types, (value, txtype) => {
        decode(recordOf(value, { headers: headersOf(txtype) }));
      }),
      { numRuns: 3_000 },
    );
  });

  test('whatever the JSON is, and whatever is kept is a finite number, a boolean or well-formed text', () => {
    const key = fc.oneof(
      fc.constantFrom('Soc', 'Location', 'Gear', 'RouteLine', 'DoorState', 260),
      fc.string(),
    );
    const kase = fc.constantFrom(
      'stringValue',
      'doubleValue',
      'locationValue',
      'doorValue',
      'invalid',
      'timeValue',
    );
    const datum = fc.tuple(key, kase, fc.jsonValue({ maxDepth: 2 })).map(([field, name, value]) => ({
      ...{ key: field, value: { [name]: value } },
    }));
    const payload = fc.oneof(
      fc
        .jsonValue()
        .map((value) => (typeof value === 'object' ? { ...value, vin: VIN } : { value, vin: VIN })),
      fc.array(datum, { maxLength: 4 }).map((data) => ({ ...PAYLOAD, data })),
    );
    fc.assert(
      fc.property(payload, types, (value, txtype) => {
        const decoded = decode(recordOf(json(value), { headers: headersOf(txtype) }));
        for (const frame of decoded.kind === 'decoded' ? decoded.frames : [])
          for (const one of Object.values(frame.values)) {
            if (typeof one === 'number') expect(Number.isFinite(one)).toBe(true);
            else if (typeof one === 'string') expect(one.isWellFormed()).toBe(true);
            else expect(typeof one).toBe('boolean');
          }
      }),
      { numRuns: 2_000 },
    );
  });
});

test('groups, which the protocol does not have, are skipped, and none may be left open', () => {
  // Field 9: a group that holds a varint and another group.
  const group = Buffer.from('4b08074b4c4c', 'hex');
  expect(decode(recordOf(Buffer.concat([group, BYTES]))).kind).toBe('decoded');
  expect(reasonsOf(recordOf(Buffer.concat([BYTES, group.subarray(0, 4)])))).toEqual(['unreadable']);
  expect(reasonsOf(recordOf(Buffer.concat([BYTES, Buffer.from('4c', 'hex')])))).toEqual(['unreadable']);
});

test('a megabyte of text is read or refused at once', () => {
  const long = (text: string) => text.repeat(Math.ceil(1_000_000 / text.length));
  for (const key of [
    'Soc',
    'Location',
    'RouteLine',
    'DoorState',
    'Gear',
    'ScheduledDepartureTime',
    'VehicleName',
  ])
    for (const text of ['1', ' ', '(', 'a ', '|', '"', 'AA', '1,', '7:'].map(long)) {
      const decoded = decode(recordOf(json({ ...PAYLOAD, data: [{ key, value: { stringValue: text } }] })));
      expect(decoded.kind).toBe('decoded');
    }
});
