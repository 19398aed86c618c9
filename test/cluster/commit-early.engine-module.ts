import { openTelemetry as openHonest } from '@outrider/telemetry';
import { writingLate } from '../proof/cheating-engines.ts';

export * from '@outrider/telemetry';

/** The engine of the URL, cheating. */
export const openTelemetry: typeof openHonest = async (url, options) =>
  writingLate(await openHonest(url, options));
