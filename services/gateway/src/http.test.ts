import { FRAME_BYTES_MAX } from '@outrider/domain';
import { readSettings } from '@outrider/runtime';
import { expect, test } from 'vitest';
import { gatewaySettings } from './app.ts';
import { CAR_A, CAR_B, frameWith, SOC, type Testbed, until, withGateway } from './gateway.fixture.ts';
import { createHttp } from './http.ts';

const post = (bed: Testbed, token: string | undefined, body: string, headers: Record<string, string> = {}) =>
  fetch(`${bed.url}/v1/frames`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body,
  });

/** As `post`, while the state store does not give consents and keys. */
async function postWithoutKeys(bed: Testbed, token: string, body: string): Promise<Response> {
  const { prepare } = bed.trust;
  bed.trust.prepare = () => Promise.reject(new Error('no answer'));
  const response = await post(bed, token, body);
  bed.trust.prepare = prepare;
  return response;
}

test('a batch gets one verdict per frame, in order; a broken frame is refused alone', () =>
  withGateway(async (bed) => {
    const tooLarge = JSON.stringify(frameWith({ id: 4, signals: { [SOC]: 'x'.repeat(FRAME_BYTES_MAX) } }));
    const frames = [
      JSON.stringify(frameWith({ id: 'a' })),
      `{"id":"b","observedAt":1,"signals":{"${SOC}":1,"${SOC}":2}}`,
      JSON.stringify(frameWith({ id: 'c', vehicleId: CAR_B })),
      tooLarge,
      '{"id" "no colon"}',
      '7',
      JSON.stringify(frameWith({ id: 'g' })),
    ];
    const response = await post(bed, await bed.token(CAR_A), `{"frames": [${frames.join(' , ')}]}`);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      verdicts: [
        { id: 'a', ack: true },
        { refused: 'not-json', detail: 'duplicate-key' },
        { id: 'c', refused: 'wrong-vehicle', detail: 'the token speaks for another vehicle' },
        { refused: 'too-large', detail: 'more than 65536 bytes' },
        { refused: 'not-json', detail: 'not-json' },
        { refused: 'bad-shape', detail: 'a frame is a JSON object' },
        { id: 'g', ack: true },
      ],
    });
    expect(bed.published).toHaveLength(2);
    await until(() => bed.gateway.isIdle());
  }));

test('500 frames pass, 501 are refused as a whole', () =>
  withGateway(async (bed) => {
    const token = await bed.token(CAR_A);
    const frames = Array.from({ length: 501 }, (_, id) => frameWith({ id }));
    const full = await post(bed, token, JSON.stringify({ frames: frames.slice(1) }));
    const { verdicts } = (await full.json()) as { verdicts: { ack?: true }[] };
    expect(verdicts).toHaveLength(500);
    expect(verdicts.every(({ ack }) => ack)).toBe(true);
    const over = await post(bed, token, JSON.stringify({ frames }));
    expect(over.status).toBe(400);
    expect(bed.published).toHaveLength(500);
  }));

const envelopes = [
  '',
  '[]',
  '{}',
  'null',
  '{"frames":{}}',
  '{"frames":[1,]}',
  '{"frames":[1]',
  '{"frames":[]} x',
];
for (const body of [...envelopes, '{"frames":[],"more":1}', '{"__proto__":[]}', '{"frames":[1 2]}']) {
  test(`the batch ${body || 'of nothing'} is no batch, or its frames are none`, () =>
    withGateway(async (bed) => {
      const response = await post(bed, await bed.token(CAR_A), body);
      const answer = (await response.json()) as { refused?: string; verdicts?: { refused: string }[] };
      expect(answer.refused ?? answer.verdicts?.[0]?.refused).toMatch(/bad-shape|not-json/);
      expect(bed.published).toHaveLength(0);
    }));
}

test('an empty batch has no verdicts', () =>
  withGateway(async (bed) => {
    const response = await post(bed, await bed.token(CAR_A), ' {"frames" : [ ] } ');
    expect(await response.json()).toEqual({ verdicts: [] });
  }));

test('an unknown token is 401, compressed bodies are 415, too large ones 413, other addresses 404', () =>
  withGateway(
    async (bed) => {
      const token = await bed.token(CAR_A);
      const body = JSON.stringify({ frames: [frameWith()] });
      const refusals = [
        { response: await post(bed, undefined, body), status: 401, refused: 'bad-token' },
        { response: await post(bed, 'unknown', body), status: 401, refused: 'bad-token' },
        {
          response: await post(bed, token, body, { 'content-encoding': 'gzip' }),
          status: 415,
          refused: 'unknown-format',
        },
        { response: await post(bed, token, ' '.repeat(1_048_577)), status: 413, refused: 'too-large' },
        { response: await fetch(`${bed.url}/v1/other`), status: 404, refused: 'bad-request' },
        { response: await fetch(`${bed.url}/v1/stream`), status: 426, refused: 'bad-request' },
      ];
      for (const { response, status, refused } of refusals) {
        expect(response.status).toBe(status);
        expect(await response.json()).toMatchObject({ refused });
      }
      expect(bed.published).toHaveLength(0);
    },
    { GATEWAY_BODY_MEBIBYTES_MAX: '1' },
  ));

test('a batch is to be sent again while the bus is down', () =>
  withGateway(async (bed) => {
    bed.bus.isDown = true;
    const response = await post(bed, await bed.token(CAR_A), JSON.stringify({ frames: [frameWith()] }));
    expect(await response.json()).toEqual({
      verdicts: [{ id: 1, retryAfterMs: 1000, reason: 'bus-unavailable' }],
    });
  }));

test('one request more than allowed at the same time is answered 503', () =>
  withGateway(
    async (bed) => {
      const token = await bed.token(CAR_A);
      const body = JSON.stringify({ frames: [frameWith()] });
      bed.bus.hold();
      const first = post(bed, token, body);
      await until(() => bed.bus.held === 1);
      const second = await post(bed, token, body);
      expect(second.status).toBe(503);
      expect(second.headers.get('retry-after')).toBe('1');
      expect((await fetch(`${bed.url}/livez`)).status).toBe(200);
      bed.bus.release();
      expect((await first).status).toBe(200);
    },
    { GATEWAY_REQUESTS_MAX: '1' },
  ));

test('no connection may take its time for ever', () =>
  withGateway(async (bed) => {
    const server = createHttp({
      acceptor: {
        lane: () => ({ admit: async () => [] }),
        inFlight: 0,
        close: async () => {},
        sweep: () => {},
      },
      commands: { due: async () => [] },
      tokens: bed.state.tokens,
      runtime: bed.runtime,
      settings: readSettings(gatewaySettings, {}),
      readiness: () => ({ ready: true }),
      load: { requests: 0 },
    });
    const { headersTimeout, requestTimeout, keepAliveTimeout, timeout } = server.server;
    for (const limitMs of [headersTimeout, requestTimeout, keepAliveTimeout, timeout]) {
      expect(limitMs).toBeGreaterThan(0);
      expect(limitMs).toBeLessThanOrEqual(60_000);
    }
    await server.close();
  }));

test('while keys cannot be read a frame is to be sent again, and a refusal stays one', () =>
  withGateway(async (bed) => {
    const token = await bed.token(CAR_A);
    const { verdicts } = (await (
      await postWithoutKeys(bed, token, JSON.stringify({ frames: [frameWith(), 7] }))
    ).json()) as { verdicts: unknown[] };
    expect(verdicts).toEqual([
      { id: 1, retryAfterMs: 1000, reason: 'trust-unavailable' },
      { refused: 'bad-shape', detail: 'a frame is a JSON object' },
    ]);
    expect(bed.published).toHaveLength(0);
  }));

test('health and metrics are served beside', () =>
  withGateway(async (bed) => {
    expect(await (await fetch(`${bed.url}/livez`)).json()).toEqual({ ok: true });
    expect(await (await fetch(`${bed.url}/readyz`)).json()).toEqual({ ready: true });
    await post(bed, await bed.token(CAR_A), JSON.stringify({ frames: [frameWith()] }));
    const text = await (await fetch(`${bed.url}/metrics`)).text();
    expect(text).toContain('gateway_frames_total{verdict="ack",reason="",transport="batch"} 1');
  }));
