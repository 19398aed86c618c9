import { z } from 'zod';
import type { Caller } from '../caller.ts';
import { ProviderUnavailable, type UnavailableKind } from '../provider.ts';

/** What its error codes mean: no road near, none between, none found again on the map. */
const NO_DATA = new Set([170, 171, 442, 443, 444]);

const failure = z.object({ error_code: z.int(), error: z.string() });

/** @throws ProviderUnavailable of the kind its error code means; shared by everybody who asks a Valhalla. */
export async function askValhalla<T>(
  provider: string,
  caller: Caller,
  question: { readonly path: string; readonly json: unknown; readonly signal: AbortSignal },
  schema: z.ZodType<T>,
): Promise<T> {
  const { value } = await caller.askJson(
    { ...question, alsoAnswers: [400] },
    z.union([failure.transform((said) => ({ said })), schema.transform((told) => ({ told }))]),
  );
  if ('told' in value) return value.told;
  const kind: UnavailableKind = NO_DATA.has(value.said.error_code) ? 'no-data' : 'bad-request';
  throw new ProviderUnavailable(provider, `${value.said.error.slice(0, 120)} (${value.said.error_code})`, {
    kind,
  });
}
