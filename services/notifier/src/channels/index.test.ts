import { readdirSync } from 'node:fs';
import { channelName } from '@outrider/domain';
import { createMetrics, manualClock, readSettings, silentLog } from '@outrider/runtime';
import { expect, test } from 'vitest';
import { notifierSettings } from '../settings.ts';
import { buildChannels, channelBuilders } from './index.ts';

const files = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'index.ts')
  .map((file) => file.replace('.ts', ''));

test('every channel file is listed, once, under its own name', () => {
  expect(Object.keys(channelBuilders).toSorted()).toEqual(files.toSorted());
  expect(channelName.options.toSorted()).toEqual(files.toSorted());
});

const build = (environment: Record<string, string>) =>
  buildChannels(
    readSettings(notifierSettings, environment),
    {
      eventClock: manualClock(0),
      realClock: manualClock(0),
      log: silentLog,
      metrics: createMetrics(),
    },
    { remove: async () => true },
  ).map((channel) => channel.name);

test('SMS are there once a provider is named, with a sender', () => {
  const SMS_URL = 'https://AC1:secret@api.twilio.com';
  expect(build({ SMS_URL, SMS_FROM: '+15551234567' })).toEqual(['feed', 'webhook', 'sms']);
  expect(() => build({ SMS_URL })).toThrow('SMS_FROM is not');
});

test('Web Push is there once a key is named, with whom to ask', () => {
  const PUSH_PRIVATE_KEY = Buffer.alloc(32, 7).toString('base64url');
  expect(build({ PUSH_PRIVATE_KEY, PUSH_CONTACT: 'mailto:a@cars.example' })).toContain('push');
  expect(() => build({ PUSH_PRIVATE_KEY })).toThrow('PUSH_CONTACT is not');
});

test('PagerDuty is there once its address is named', () => {
  expect(build({ PAGERDUTY_URL: 'https://events.pagerduty.com' })).toContain('pagerduty');
});

test('ntfy is there once a server is named', () => {
  expect(build({ NTFY_URL: 'https://ntfy.sh' })).toContain('ntfy');
});

test('Telegram is there once a bot is named', () => {
  const token = `110201543:${'a'.repeat(35)}`;
  expect(build({ TELEGRAM_BOT_TOKEN: token })).toContain('telegram');
  expect(() => build({ TELEGRAM_BOT_TOKEN: token.slice(0, -6) })).toThrow('TELEGRAM_BOT_TOKEN');
});

test('Slack is there once a bot is named', () => {
  expect(build({ SLACK_BOT_TOKEN: 'xoxb-1234567890-abcdef' })).toContain('slack');
  expect(() => build({ SLACK_BOT_TOKEN: 'xoxp-1234567890-abcdef' })).toThrow('SLACK_BOT_TOKEN');
});

test('Home Assistant is there once a broker is named', () => {
  expect(build({ MQTT_URL: 'mqtt://127.0.0.1' })).toContain('homeassistant');
  expect(() => build({ MQTT_URL: 'http://127.0.0.1' })).toThrow('MQTT_URL');
});

test('e-mail is there once a mail server is named', () => {
  expect(build({})).toEqual(['feed', 'webhook']);
  expect(build({ SMTP_URL: 'smtp://127.0.0.1:2525' })).toEqual(['feed', 'email', 'webhook']);
});
