import { FRAME_BYTES_MAX } from '@outrider/domain';
import { hashSecret } from '@outrider/runtime';
import { expect, test } from 'vitest';
import { CAR_A, CAR_B, connectCar, frameWith, SOC, START_MS, until, withGateway } from './gateway.fixture.ts';

test('a frame is acknowledged only after the bus has it', () =>
  withGateway(async (bed) => {
    const car = await connectCar(bed, await bed.token(CAR_A));
    bed.bus.hold();
    car.send(frameWith({ id: 'a' }));
    const answer = car.answer();
    await until(() => bed.bus.held === 1);
    expect(bed.published).toHaveLength(0);
    expect(bed.gateway.isIdle()).toBe(false);
    const early = await Promise.race([answer, Promise.resolve('none yet')]);
    expect(early).toBe('none yet');
    bed.bus.release();
    expect(await answer).toEqual({ id: 'a', ack: true });
    expect(bed.published).toHaveLength(1);
    await until(() => bed.gateway.isIdle());
  }));

test('the log holds the bytes as sent, sealed, with format and time of arrival', () =>
  withGateway(async (bed) => {
    const car = await connectCar(bed, await bed.token(CAR_A));
    bed.eventClock.advanceTo(START_MS + 1_234);
    const text = `{ "observedAt" : "2026-01-15T08:00:00Z", "signals":{"${SOC}":55.0} }`;
    car.send(text);
    expect(await car.answer()).toEqual({ ack: true });
    const record = bed.published[0];
    expect(record?.topic).toBe('telemetry.raw.v1');
    expect(record?.key).toBe(CAR_A);
    expect(record?.headers?.format).toBe('vss-json');
    expect(record?.headers?.receivedAtMs).toBe(String(START_MS + 1_234));
    expect(Buffer.from(record?.value ?? []).includes('StateOfCharge')).toBe(false);
    const opened = bed.trust
      .reader('alert_driver')
      .open(CAR_A, record?.headers?.keyId ?? '', record?.value ?? new Uint8Array());
    expect(opened.kind === 'opened' && Buffer.from(opened.bytes).toString()).toBe(text);
  }));

test('answers come in the order of the frames, whatever each took', () =>
  withGateway(async (bed) => {
    const car = await connectCar(bed, await bed.token(CAR_A));
    bed.bus.hold();
    car.send(frameWith({ id: 1 }));
    car.send('rubbish');
    car.send(frameWith({ id: 3 }));
    await until(() => bed.bus.held === 2);
    bed.bus.release();
    expect(await car.answer()).toEqual({ id: 1, ack: true });
    expect(await car.answer()).toMatchObject({ refused: 'not-json' });
    expect(await car.answer()).toEqual({ id: 3, ack: true });
  }));

const json: readonly { name: string; text: string }[] = [
  { name: 'null', text: 'null' },
  { name: 'true', text: 'true' },
  { name: 'a number', text: '7' },
  { name: 'a negative number', text: '-1' },
  { name: 'a fraction', text: '1.5' },
  { name: 'text', text: '"x"' },
  { name: 'empty text', text: '""' },
  { name: 'a list', text: '[1]' },
  { name: 'an object', text: '{"a":1}' },
];
/** What each field takes; everything else is refused, nothing is turned into something else. */
const taken: Readonly<Record<string, readonly string[]>> = {
  id: ['a number', 'a negative number', 'a fraction', 'text', 'empty text'],
  observedAt: ['a number'],
  seq: ['a number'],
  vehicleId: [],
  signals: ['an object'],
  somethingElse: [],
};
for (const [field, names] of Object.entries(taken)) {
  test(`in the field ${field} only ${names.length === 0 ? 'nothing of the table' : names.join(', ')} passes`, () =>
    withGateway(async (bed) => {
      const car = await connectCar(bed, await bed.token(CAR_A));
      for (const { name, text } of json) {
        car.send(frameWith({ id: 'x', [field]: JSON.parse(text) as unknown }));
        const answer = await car.answer();
        const expected = names.includes(name)
          ? { ack: true }
          : { refused: field === 'vehicleId' && name.includes('text') ? 'wrong-vehicle' : 'bad-shape' };
        expect(answer, name).toMatchObject(expected);
      }
    }));
}

const refusals: readonly { name: string; text: string; code: string }[] = [
  { name: 'half a document', text: '{"signals":', code: 'not-json' },
  { name: 'NaN', text: `{"observedAt":1,"signals":{"${SOC}":NaN}}`, code: 'not-json' },
  { name: 'Infinity in disguise', text: `{"observedAt":1,"signals":{"${SOC}":1e999}}`, code: 'not-json' },
  { name: 'a key said twice', text: `{"observedAt":1,"signals":{"${SOC}":80,"${SOC}":8}}`, code: 'not-json' },
  { name: '__proto__', text: '{"observedAt":1,"signals":{"__proto__":{"isAdmin":true}}}', code: 'not-json' },
  { name: 'constructor', text: '{"observedAt":1,"signals":{},"constructor":{}}', code: 'not-json' },
  { name: 'a bare value', text: '5', code: 'bad-shape' },
  { name: 'a list', text: '[]', code: 'bad-shape' },
  { name: 'no time', text: '{"signals":{}}', code: 'bad-shape' },
  {
    name: 'a time without offset',
    text: '{"observedAt":"2026-01-15T08:00:00","signals":{}}',
    code: 'bad-shape',
  },
  { name: 'no signals', text: '{"observedAt":1}', code: 'bad-shape' },
];
for (const { name, text, code } of refusals) {
  test(`${name} is refused as ${code}, and the next frame passes`, () =>
    withGateway(async (bed) => {
      const car = await connectCar(bed, await bed.token(CAR_A));
      car.send(text);
      expect(await car.answer()).toMatchObject({ refused: code });
      car.send(frameWith());
      expect(await car.answer()).toEqual({ id: 1, ack: true });
      expect(({} as Record<string, unknown>).isAdmin).toBeUndefined();
    }));
}

test('binary is refused, and the socket stays', () =>
  withGateway(async (bed) => {
    const car = await connectCar(bed, await bed.token(CAR_A));
    car.send(Buffer.from(JSON.stringify(frameWith())));
    expect(await car.answer()).toMatchObject({ refused: 'unknown-format' });
    car.send(frameWith());
    expect(await car.answer()).toMatchObject({ ack: true });
  }));

test('a frame of 64 KiB passes, one byte more closes the socket with 1009', () =>
  withGateway(async (bed) => {
    const car = await connectCar(bed, await bed.token(CAR_A));
    const padding = FRAME_BYTES_MAX - JSON.stringify(frameWith()).length;
    car.send(JSON.stringify(frameWith()) + ' '.repeat(padding));
    expect(await car.answer()).toMatchObject({ ack: true });
    car.send(JSON.stringify(frameWith()) + ' '.repeat(padding + 1));
    expect(await car.closed).toEqual({ code: 1009 });
  }));

test('only the token of a device opens a socket, and never one in the address', () =>
  withGateway(async (bed) => {
    const token = await bed.token(CAR_A);
    const revoked = await bed.token(CAR_A, 'revoked');
    await bed.state.tokens.revoke(hashSecret(revoked), START_MS);
    const person = {
      kind: 'person' as const,
      tokenHash: hashSecret('per_token'),
      personId: 'per_aaaaaaaaaaaa',
      role: 'admin' as const,
      createdAtMs: START_MS,
      revokedAtMs: null,
    };
    await bed.state.tokens.insert(person);
    await expect(connectCar(bed, undefined)).rejects.toThrow('401');
    await expect(connectCar(bed, 'unknown')).rejects.toThrow('401');
    await expect(connectCar(bed, revoked)).rejects.toThrow('401');
    await expect(connectCar(bed, 'per_token')).rejects.toThrow('401');
    await expect(connectCar(bed, token, { path: `/v1/stream?token=${token}` })).rejects.toThrow('400');
    for (const path of ['/v2/stream', '//', '//[', '//gateway/v1/stream'])
      await expect(connectCar(bed, token, { path })).rejects.toThrow('404');
    (await connectCar(bed, token)).socket.terminate();
  }));

test('a token for one vehicle cannot speak for another', () =>
  withGateway(async (bed) => {
    const car = await connectCar(bed, await bed.token(CAR_A));
    car.send(frameWith({ vehicleId: CAR_B }));
    expect(await car.answer()).toMatchObject({ refused: 'wrong-vehicle' });
    car.send(frameWith({ vehicleId: CAR_A }));
    expect(await car.answer()).toMatchObject({ ack: true });
    expect(bed.published.map(({ key }) => key)).toEqual([CAR_A]);
  }));

test('without consent to be warned nothing is kept; with it, frames pass', () =>
  withGateway(async (bed) => {
    const car = await connectCar(bed, await bed.token(CAR_B));
    car.send(frameWith());
    expect(await car.answer()).toMatchObject({ refused: 'no-consent' });
    const consent = { vehicleId: CAR_B, personId: 'per_bbbbbbbbbbbb', actor: 'test', textVersion: '1' };
    await bed.trust.recordConsent({ ...consent, purpose: 'alert_driver', isGranted: true });
    car.send(frameWith());
    expect(await car.answer()).toMatchObject({ ack: true });
  }));

test('a time from before the first owner is refused: nobody could have consented', () =>
  withGateway(async (bed) => {
    const car = await connectCar(bed, await bed.token(CAR_A));
    bed.eventClock.advanceTo(START_MS - 0);
    await bed.trust.eraseOwnership({ vehicleId: CAR_A, personId: 'per_aaaaaaaaaaaa', actor: 'test' });
    car.send(frameWith());
    expect(await car.answer()).toMatchObject({ refused: 'no-consent' });
  }));

test('while the bus is down a frame is to be sent again, and is never acknowledged', () =>
  withGateway(async (bed) => {
    const car = await connectCar(bed, await bed.token(CAR_A));
    bed.bus.isDown = true;
    car.send(frameWith());
    expect(await car.answer()).toEqual({ id: 1, retryAfterMs: 1000, reason: 'bus-unavailable' });
    bed.bus.isDown = false;
    car.send(frameWith());
    expect(await car.answer()).toEqual({ id: 1, ack: true });
  }));

test('a car above its rate waits, and the others do not', () =>
  withGateway(
    async (bed) => {
      const consent = { vehicleId: CAR_B, personId: 'per_bbbbbbbbbbbb', actor: 'test', textVersion: '1' };
      await bed.trust.recordConsent({ ...consent, purpose: 'alert_driver', isGranted: true });
      const car = await connectCar(bed, await bed.token(CAR_A));
      const other = await connectCar(bed, await bed.token(CAR_B));
      for (const id of [1, 2]) {
        car.send(frameWith({ id }));
        expect(await car.answer()).toEqual({ id, ack: true });
      }
      car.send(frameWith({ id: 3 }));
      expect(await car.answer()).toEqual({ id: 3, retryAfterMs: 500, reason: 'rate-limited' });
      other.send(frameWith());
      expect(await other.answer()).toMatchObject({ ack: true });
      bed.realClock.advanceTo(START_MS + 500);
      car.send(frameWith({ id: 3 }));
      expect(await car.answer()).toEqual({ id: 3, ack: true });
    },
    { GATEWAY_FRAMES_PER_S: '2', GATEWAY_FRAMES_BURST: '2' },
  ));
