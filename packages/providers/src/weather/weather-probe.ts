import type { Position } from '@outrider/domain';
import type { Clock } from '@outrider/runtime';
import type { Probe } from '../probe.ts';
import { type ForecastVendor, weatherAt } from './place-forecast.ts';

/** One question to a vendor, past the forecasts that were kept: the weather at a place now. */
export function weatherProbe(vendor: ForecastVendor, place: Position, clock: Clock): Probe {
  return {
    name: vendor.name,
    kind: 'weather',
    async probe(signal) {
      const atMs = clock.nowMs();
      const [asked] = vendor.ask([place], atMs, signal);
      const forecast = await asked;
      const tookMs = clock.nowMs() - atMs;
      const weather = forecast && weatherAt(forecast, { ...place, atMs }, vendor.source, 0);
      if (forecast === undefined || weather === undefined) return `nothing about now, in ${tookMs} ms`;
      const { tempC, wind } = weather;
      const ageMin = Math.max(0, Math.round((atMs - forecast.issuedAtMs) / 60_000));
      const air = wind === null ? 'wind unknown' : `wind ${wind.mps.toFixed(1)} m/s`;
      return `${tempC.toFixed(1)} °C, ${air}, ${forecast.hours.length} moments, ${ageMin} min old, in ${tookMs} ms`;
    },
  };
}
