import { FEWEST_CASES, summariseOpinions, summariseQuality } from '@outrider/domain';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { listHeld } from '../held-rules.ts';
import { type ApiServer, answers } from '../server.ts';
import { countText } from '../shapes/fields.ts';
import { qualityView, viewHeld, viewQuality } from '../shapes/quality.ts';

const DAY_MS = 24 * 3_600_000;
const DAYS_MAX = 400;
/** What one answer counts; a larger fleet asks for fewer days. */
const STRETCHES_MAX = 100_000;

const query = z.strictObject({
  days: countText(1, DAYS_MAX, 14).describe('So many days up to today, in UTC; 14 when absent.'),
  cars: z
    .enum(['real', 'synthetic'])
    .default('real')
    .describe('About whom: never about both. `synthetic`: those that a simulation made up.'),
});

/** Who looks after rules sees what they are worth: figures about crowds, nobody's car among them. */
export function qualityRoutes(server: ApiServer, { state, eventClock }: ApiContext): void {
  server.get(
    '/v1/quality',
    {
      config: { roles: ['operator', 'product'] },
      schema: {
        tags: ['alerts'],
        summary: 'What warnings and forecasts were worth',
        description: `Every stretch of a plan is judged when it ends, for owners who switched on \`service_quality_aggregate\`. Shares of fewer than ${FEWEST_CASES} cases are null.`,
        querystring: query,
        response: answers({ 200: qualityView }),
      },
    },
    async (request) => {
      const { days, cars } = request.query;
      const isSynthetic = cars === 'synthetic';
      const today = Math.floor(eventClock.nowMs() / DAY_MS) * DAY_MS;
      const fromMs = today - (days - 1) * DAY_MS;
      const labels = await state.quality.listSince(fromMs, STRETCHES_MAX, { isSynthetic });
      const leftOut = await state.quality.countSince(fromMs, { isSynthetic: !isSynthetic });
      const held = (await listHeld(state, eventClock.nowMs())).map(viewHeld);
      const counts = await state.opinions.countSince(fromMs, { isSynthetic });
      const notUseful = [...summariseOpinions(counts)];
      const isCut = labels.length === STRETCHES_MAX;
      return viewQuality(summariseQuality(labels), { days, isCut, held, notUseful, isSynthetic, leftOut });
    },
  );
}
