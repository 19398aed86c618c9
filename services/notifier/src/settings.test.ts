import { readSettings, type SettingsError } from '@outrider/runtime';
import { expect, test } from 'vitest';
import { oneRate, rates } from './rates.ts';
import { notifierSettings } from './settings.ts';

test('every setting has a default', () => {
  expect(readSettings(notifierSettings, {})).toMatchObject({ smtpUrl: undefined, escalateAfterMin: 2 });
});

test('rates are read with their units', () => {
  expect(rates('2/10m, 4/1h,9/2d')).toEqual([
    { count: 2, windowMs: 600_000 },
    { count: 4, windowMs: 3_600_000 },
    { count: 9, windowMs: 172_800_000 },
  ]);
});

for (const wrong of ['', '2', '0/10m', '2/0m', '2/10', '2/10s', '2/10m;4/1h', '-1/1h', '1.5/1h'])
  test(`"${wrong}" is not a list of rates`, () => expect(() => rates(wrong)).toThrow('is not a list like'));

for (const { wrong, why } of [
  { wrong: { SMS_URL: 'https://api.twilio.com' }, why: 'no account' },
  { wrong: { SMS_URL: 'https://AC1@api.twilio.com' }, why: 'no account' },
  { wrong: { SMS_URL: 'http://AC1:geheim@sms.example' }, why: 'https:' },
  { wrong: { SMS_FALLBACK_URL: 'ftp://AC1:geheim@sms.example' }, why: 'https:' },
  { wrong: { SMS_FROM: '0401234567' }, why: 'neither a number' },
  { wrong: { PUSH_PRIVATE_KEY: 'geheim' }, why: 'not 32 bytes' },
  { wrong: { PUSH_PRIVATE_KEY: 'A'.repeat(43) }, why: 'no key of the curve' },
  { wrong: { PUSH_CONTACT: 'ops@cars.example' }, why: 'mailto:' },
  { wrong: { SMS_FROM: 'MG12' }, why: 'neither a number' },
])
  test(`${JSON.stringify(wrong)} is refused, and no secret is shown`, () => {
    const read = () => readSettings(notifierSettings, wrong);
    expect(read).toThrow(why);
    expect(read).not.toThrow('geheim');
  });

test('all wrong settings are named at once', () => {
  const wrong = { SMTP_URL: 'http://mail', SMTP_FROM: ' ', ESCALATE_AFTER_MIN: '-1', THROTTLE: 'often' };
  try {
    readSettings(notifierSettings, wrong);
    expect.unreachable();
  } catch (error) {
    expect((error as SettingsError).problems).toHaveLength(4);
  }
});

test('one rate is one, and nothing else', () => {
  expect(oneRate('10/10m')).toEqual({ count: 10, windowMs: 600_000 });
  for (const text of ['', '10', '10/10m,1/1h', '0/10m']) expect(() => oneRate(text)).toThrow();
});
