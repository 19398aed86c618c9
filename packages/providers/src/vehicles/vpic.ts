import { z } from 'zod';
import { type CallerDeps, createCaller } from '../caller.ts';
import type { Probe } from '../probe.ts';
import { ProviderUnavailable } from '../provider.ts';
import { checkVin, type DecodedVin, type VinDecoder } from './vin-decoder.ts';

const NAME = 'vpic';
const TIMEOUT_MS = 8_000;
/** Its limit is not documented; nobody registers cars faster than this. */
const BUDGET = { perS: 1, burst: 5 };
const MAX_BYTES = 200_000;

/** Every value is text, and empty text is "unknown". */
const said = z
  .string()
  .nullish()
  .transform((text) => (text == null || text.trim() === '' ? undefined : text.trim().slice(0, 200)));
const result = z.looseObject({
  Make: said,
  Model: said,
  ModelYear: said,
  ElectrificationLevel: said,
  BatteryKWh: said,
  ErrorCode: said,
});
const answer = z.looseObject({ Results: z.array(result).min(1) });

/**
 * NHTSA's decoder (vPIC, `DecodeVinValues`), for cars of the US market. It answers 200 to anything: a VIN it
 * cannot read has no make, one it doubts a list of codes that is not just `0`.
 */
export function vpic(options: CallerDeps & { readonly baseUrl: string }): VinDecoder & Probe {
  const caller = createCaller({
    ...{ ...options, name: NAME, timeoutMs: TIMEOUT_MS, budget: BUDGET, maxBytes: MAX_BYTES },
  });
  const decode = async (vin: string, signal: AbortSignal): Promise<DecodedVin> => {
    if (!checkVin(vin).isVin) throw new ProviderUnavailable(NAME, 'this is no VIN', { kind: 'bad-request' });
    const question = { path: `api/vehicles/DecodeVinValues/${vin}`, query: { format: 'json' }, signal };
    const { value } = await caller.askJson(question, answer).catch(withoutWords);
    return decodedOf(value.Results[0] as z.infer<typeof result>);
  };
  return {
    name: NAME,
    kind: 'vehicles',
    decode,
    // A made-up VIN: digits that no car has, so that the question is nobody's.
    async probe(signal) {
      const question = { path: 'api/vehicles/DecodeVinValues/00000000000000000', query: { format: 'json' } };
      await caller.askJson({ ...question, signal }, answer).catch(withoutWords);
      return 'answers, as it does, to a VIN that no car has';
    },
  };
}

/** Its answers repeat the VIN, and words of an error reach logs: only the kind is passed on. */
function withoutWords(error: unknown): never {
  if (!(error instanceof ProviderUnavailable)) throw error;
  const { kind, retryAtMs } = error;
  throw new ProviderUnavailable(NAME, kind, { kind, ...(retryAtMs !== undefined && { retryAtMs }) });
}

function decodedOf(found: z.infer<typeof result>): DecodedVin {
  const { Make: make, Model: model, ElectrificationLevel: electrification } = found;
  if (make === undefined) throw new ProviderUnavailable(NAME, 'knows no such car', { kind: 'no-data' });
  const modelYear = numberIn(found.ModelYear, 1980, 2100);
  const batteryKwh = numberIn(found.BatteryKWh, 1, 500);
  return {
    make,
    ...(model !== undefined && { model }),
    ...(modelYear !== undefined && { modelYear }),
    ...(electrification !== undefined && { electrification }),
    ...(batteryKwh !== undefined && { batteryKwh }),
    isDoubtful: (found.ErrorCode ?? '').split(/[,;]/).some((code) => code.trim() !== '0'),
  };
}

function numberIn(text: string | undefined, min: number, max: number): number | undefined {
  if (text === undefined || !/^\d+(\.\d+)?$/.test(text)) return undefined;
  const value = Number(text);
  return value >= min && value <= max ? value : undefined;
}
