import { type Bus, encodeRecord, type OutgoingRecord, TOPICS, withTrace } from '@outrider/bus';
import type { Forecast } from '@outrider/domain';
import type { TelemetryStore } from '@outrider/telemetry';
import { type Trust, UnknownSubject } from '@outrider/trust';
import type { Residents } from './residents.ts';

/**
 * Writes forecasts to the series and publishes each car's newest. The series first: whatever is told can be looked
 * up. A car that nobody owns any more is left out. Returns how many cars were told about.
 * @throws when one of them did not take them; doing all of it again changes nothing
 */
export async function publishForecasts(
  output: readonly Forecast[],
  deps: { readonly bus: Bus; readonly telemetry: TelemetryStore; readonly trust: Trust },
  cars: Pick<Residents, 'get'>,
  nowMs: number,
): Promise<number> {
  if (output.length === 0) return 0;
  const newest = new Map(output.map((forecast) => [forecast.vehicleId, forecast]));
  await deps.trust.prepare(newest.keys());
  const records = [...newest.values()].flatMap((forecast) => {
    const record = sealed(forecast, deps.trust, nowMs);
    return record === undefined ? [] : [withTrace(record, cars.get(record.key)?.traceparent)];
  });
  const owned = new Set(records.map(({ key }) => key));
  await deps.telemetry.writeForecasts(
    output.filter(({ vehicleId }) => owned.has(vehicleId)).flatMap(seriesRows),
  );
  await deps.bus.publish(records);
  return records.length;
}

/** By the owner's key of today: what is said is said now, also about a record from before the sale. */
function sealed(forecast: Forecast, trust: Trust, nowMs: number): OutgoingRecord | undefined {
  try {
    return encodeRecord(TOPICS.forecasts, forecast.vehicleId, forecast, nowMs, trust);
  } catch (error) {
    if (error instanceof UnknownSubject) return undefined;
    throw error;
  }
}

const seriesRows = (forecast: Forecast) =>
  forecast.stops.map((stop) => ({
    vehicleId: forecast.vehicleId,
    madeAtMs: forecast.madeAtMs,
    forecastId: forecast.forecastId,
    stopId: stop.stopId,
    ...stop.arrivalSocPct,
    belowReserveProbability: stop.belowReserveProbability,
  }));
