import { z } from 'zod';
import { type CallerDeps, createCaller } from '../caller.ts';
import { ProviderUnavailable } from '../provider.ts';
import { askValhalla } from '../routing/ask-valhalla.ts';
import type { ElevationProvider } from './elevation-provider.ts';

const NAME = 'valhalla-heights';
const TIMEOUT_MS = 3_000;

const answer = z.object({ height: z.array(z.number().nullable()) });

/** Heights along any line from the tiles of a Valhalla server, action `height`. */
export function valhallaHeights(options: CallerDeps & { readonly baseUrl: string }): ElevationProvider {
  const caller = createCaller({ ...options, name: NAME, timeoutMs: TIMEOUT_MS });
  return {
    name: NAME,
    async heights(points, signal) {
      const shape = points.map(({ lat, lon }) => ({ lat, lon }));
      const json = { shape, range: false, height_precision: 1 };
      const { height } = await askValhalla(NAME, caller, { path: '/height', json, signal }, answer);
      if (height.length !== points.length)
        throw new ProviderUnavailable(NAME, 'the answer has other places than asked', {
          kind: 'bad-payload',
        });
      if (height.every((one) => one === null))
        throw new ProviderUnavailable(NAME, 'no heights are known here', { kind: 'no-data' });
      return height;
    },
  };
}
