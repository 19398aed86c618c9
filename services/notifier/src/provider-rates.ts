import { type ChannelName, channelName } from '@outrider/domain';
import type { ProviderRate } from './provider-gate.ts';

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };

/** `sms=1/1s,telegram=30/1s` → rates; empty = none. */
export function providerRates(value: string): ReadonlyMap<ChannelName, ProviderRate> {
  const rates = new Map<ChannelName, ProviderRate>();
  for (const part of value.split(',').map((one) => one.trim())) {
    if (part === '' && value.trim() === '') break;
    const [, name = '', count, window, unit = ''] =
      /^([a-z]+)=([1-9]\d{0,4})\/([1-9]\d{0,3})([smh])$/.exec(part) ?? [];
    const channel = channelName.safeParse(name);
    // The feed has no provider.
    if (!channel.success || channel.data === 'feed' || rates.has(channel.data))
      throw new Error('is not a list like sms=1/1s,telegram=30/1s, of channels with a provider, each once');
    rates.set(channel.data, { count: Number(count), windowMs: Number(window) * (UNIT_MS[unit] ?? 0) });
  }
  return rates;
}
