import { readFileSync } from 'node:fs';
import { SettingsError } from '@outrider/runtime';
import { describe, expect, test } from 'vitest';
import { everySetting, readStandaloneSettings, settingsSchemas } from './settings.ts';

describe('the settings of all services', () => {
  test('an empty environment is enough', () => {
    const settings = readStandaloneSettings({});
    expect(settings.process.busUrl).toBe('sqlite:./data/bus.db');
    expect(settings.gateway.host).toBe('127.0.0.1');
    expect(settings.api.host).toBe('127.0.0.1');
    expect(settings.notifier.smtpUrl).toBeUndefined();
  });

  test('wrong settings of different services are named together', () => {
    const read = () =>
      readStandaloneSettings({ BUS_URL: 'amqp://here', API_PORT: 'x', GATEWAY_PORT: '70000' });
    expect(read).toThrow(SettingsError);
    expect(read).toThrow(/BUS_URL.*\n.*GATEWAY_PORT.*\n.*API_PORT/);
  });

  test('a setting that two services share is told wrong once', () => {
    try {
      readStandaloneSettings({ LOG_LEVEL: 'loud' });
      expect.unreachable();
    } catch (error) {
      expect((error as SettingsError).problems).toHaveLength(1);
    }
  });

  test('every setting has one row in the README, with its default', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    const rows = readme.split('\n').filter((line) => line.startsWith('| `'));
    for (const { env, default: value } of everySetting()) {
      const own = rows.filter((row) => row.startsWith(`| \`${env}\` |`));
      expect(own, env).toHaveLength(1);
      if (value !== undefined && value !== '') expect(own[0], env).toContain(`\`${value}\``);
    }
    expect(rows.filter((row) => /^\| `[A-Z_]+` \|/.test(row))).toHaveLength(everySetting().length);
  });

  test('names of settings are unique within a service', () => {
    for (const schema of Object.values(settingsSchemas)) {
      const names = Object.values(schema).map(({ env }) => env);
      expect(new Set(names).size).toBe(names.length);
    }
  });
});
