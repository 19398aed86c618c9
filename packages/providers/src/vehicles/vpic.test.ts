import { describe, expect, test } from 'vitest';
import { type Answering, impatientClock, vendorOn } from '../loopback.fixture.ts';
import { checkVin } from './vin-decoder.ts';
import { vpic } from './vpic.ts';

const never = new AbortController().signal;
/** The example of 49 CFR 565: seventeen ones, and their check digit. */
const VIN = '11111111111111111';

const found = (change: object = {}) => ({
  Count: 1,
  Message: 'Results returned successfully',
  SearchCriteria: `VIN:${VIN}`,
  Results: [
    {
      ...{
        Make: 'TESLA',
        Model: 'Model 3',
        ModelYear: '2022',
        BatteryKWh: '',
        ErrorCode: '0',
        ErrorText: 'clean',
      },
      ...{ ElectrificationLevel: 'BEV (Battery Electric Vehicle)', ...change },
    },
  ],
});

async function decoder(answering: Answering) {
  const { baseUrl, heard } = await vendorOn(answering);
  return { ...vpic({ baseUrl, clock: impatientClock(0), random: () => 0, fetch }), heard };
}

test('values are text, and empty text is unknown', async () => {
  const one = await decoder(() => ({ body: found() }));
  expect(await one.decode(VIN, never)).toEqual({
    make: 'TESLA',
    model: 'Model 3',
    modelYear: 2022,
    electrification: 'BEV (Battery Electric Vehicle)',
    isDoubtful: false,
  });
  expect(one.heard[0]?.url.pathname).toBe(`/api/vehicles/DecodeVinValues/${VIN}`);
  expect(one.heard[0]?.url.searchParams.get('format')).toBe('json');
});

test.each([
  [{ BatteryKWh: '75.0' }, { batteryKwh: 75 }],
  [{ BatteryKWh: 'about 75' }, {}],
  [{ BatteryKWh: '0' }, {}],
  [{ ModelYear: '1802' }, {}],
  [{ ErrorCode: '1,11,400' }, { isDoubtful: true }],
  [{ ErrorCode: '0,14' }, { isDoubtful: true }],
  [{ Model: null }, {}],
])('%j', async (said, expected) => {
  const decoded = await (await decoder(() => ({ body: found(said) }))).decode(VIN, never);
  expect(decoded).toMatchObject(expected);
  for (const name of ['batteryKwh', 'modelYear', 'model'] as const)
    if (!(name in expected) && name.toLowerCase() in lower(said)) expect(decoded).not.toHaveProperty(name);
});

const lower = (said: object): object =>
  Object.fromEntries(Object.entries(said).map(([name, value]) => [name.toLowerCase(), value]));

describe('what goes wrong', () => {
  test.each([
    ['a VIN it does not know, with status 200', { body: found({ Make: '', ErrorCode: '7,400' }) }, 'no-data'],
    ['an answer without results', { body: { Results: [] } }, 'bad-payload'],
    ['numbers where text was promised', { body: found({ Make: 5 }) }, 'bad-payload'],
    ['a page', { body: `<html>${VIN}</html>` }, 'bad-payload'],
    ['too many questions', { status: 429, body: `slow down, ${VIN}` }, 'rate-limited'],
    ['a refusal', { status: 403, body: `no, ${VIN}` }, 'auth'],
    ['a server that is down', { status: 503, body: `broken by ${VIN}` }, 'unavailable'],
  ])('%s', async (_name, reply, kind) => {
    const one = await decoder(() => reply);
    const error = await one.decode(VIN, never).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'ProviderUnavailable', kind });
    expect(JSON.stringify([String(error), (error as Error).cause ?? ''])).not.toContain(VIN);
  });

  test('what is no VIN is not sent', async () => {
    const one = await decoder(() => ({ body: found() }));
    await expect(one.decode('../../secret', never)).rejects.toMatchObject({ kind: 'bad-request' });
    expect(one.heard).toEqual([]);
  });

  test('the probe asks about no car at all', async () => {
    const one = await decoder(() => ({ body: found({ Make: '' }) }));
    expect(await one.probe(never)).toContain('answers');
    expect(one.heard[0]?.url.pathname).toMatch(/\/0{17}$/);
  });
});

test.each([
  ['11111111111111111', true, true],
  ['1M8GDM9AXKP042788', true, true],
  ['1M8GDM9A1KP042788', true, false],
  ['WVWZZZ1JZXW000001', true, false],
  ['1111111111111111', false, false],
  ['1111111I111111111', false, false],
  ['1111111o111111111', false, false],
  ['', false, false],
])('“%s” is a VIN: %s, with a North American check digit: %s', (text, isVin, hasCheckDigit) => {
  expect(checkVin(text)).toEqual({ isVin, hasCheckDigit });
});
