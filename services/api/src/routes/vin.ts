import { checkVin, type DecodedVin, ProviderUnavailable, type VinDecoder } from '@outrider/providers';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { OWNER_ROLES } from '../credentials.ts';
import { notFound } from '../errors.ts';
import { type ApiServer, answers, principalOf } from '../server.ts';
import { vehicleParams } from '../shapes/fields.ts';

const question = z.strictObject({
  mayAsk: z
    .boolean()
    .describe(
      'The VIN may be sent to the decoder that this server is set up with. It is personal: ask first.',
    ),
});

const vinAnswer = z.strictObject({
  check: z
    .strictObject({
      isVin: z.boolean(),
      hasCheckDigit: z
        .boolean()
        .describe('A hint only: cars for other markets than North America need none.'),
    })
    .nullable()
    .describe('null: no VIN is known of this car.'),
  decoded: z
    .strictObject({
      make: z.string(),
      model: z.string().optional(),
      modelYear: z.int().optional(),
      electrification: z.string().optional(),
      batteryKwh: z.number().optional(),
      isDoubtful: z.boolean(),
    })
    .nullable(),
  notDecoded: z
    .string()
    .nullable()
    .describe('Why not: no-vin, not-allowed, switched-off, or what the decoder failed of.'),
  models: z.array(z.strictObject({ modelId: z.string(), name: z.string() })).describe('Models it may be.'),
});

const SIGNAL_MS = 15_000;

/** What a car's VIN says. Asking others is off by default, and needs the owner's word each time. */
export function vinRoutes(server: ApiServer, context: ApiContext, decoder: VinDecoder | undefined): void {
  server.post(
    '/v1/vehicles/:vehicleId/vin/decode',
    {
      config: { roles: OWNER_ROLES, cost: 50 },
      schema: {
        tags: ['vehicles'],
        summary: 'Check my car’s VIN and, if I allow it, ask what car it is',
        description:
          'The VIN leaves this server only when the operator has set up a decoder and the owner says so in this request. It is never logged.',
        params: vehicleParams,
        body: question,
        response: answers({ 200: vinAnswer }),
      },
    },
    async (request) => {
      const { vehicleId } = await context.access.own(principalOf(request), request.params.vehicleId);
      const vehicle = await context.state.vehicles.find(vehicleId);
      if (vehicle === undefined) throw notFound();
      const { vin } = vehicle;
      const check = vin === null ? null : checkVin(vin);
      const nothing = (notDecoded: string) => ({ check, decoded: null, notDecoded, models: [] });
      if (vin === null) return nothing('no-vin');
      if (!request.body.mayAsk) return nothing('not-allowed');
      if (decoder === undefined) return nothing('switched-off');
      const decoded = await decode(decoder, vin);
      if (typeof decoded === 'string') return nothing(decoded);
      return { check, decoded, notDecoded: null, models: modelsOf(context, decoded) };
    },
  );
}

/** The reason in one word when it cannot be told. */
async function decode(decoder: VinDecoder, vin: string): Promise<DecodedVin | string> {
  try {
    return await decoder.decode(vin, AbortSignal.timeout(SIGNAL_MS));
  } catch (error) {
    if (error instanceof ProviderUnavailable) return error.kind;
    throw error;
  }
}

function modelsOf({ vehicleModels }: ApiContext, { make, model = '' }: DecodedVin) {
  const words = `${make} ${model}`.toLowerCase().split(/\s+/);
  return vehicleModels
    .filter(({ name }) => words.every((word) => name.toLowerCase().includes(word)))
    .map(({ modelId, name }) => ({ modelId, name }));
}
