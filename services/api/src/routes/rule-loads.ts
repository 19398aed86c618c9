import { RULE_LOADS, ruleLoadKind } from '@outrider/domain';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { type ApiServer, answers } from '../server.ts';
import { countText, instant, iso, isoText } from '../shapes/fields.ts';

const query = z.strictObject({
  limit: countText(1, 200, 50),
  before: instant.optional().describe('Only older ones: `at` of the last one of the page before.'),
});

const loadView = z.strictObject({
  at: isoText,
  kind: ruleLoadKind.describe(
    Object.entries(RULE_LOADS)
      .map(([name, about]) => `\`${name}\`: ${about}`)
      .join(' '),
  ),
  process: z.string().describe('The predictor that read it; another one after each start.'),
  set: z.string().describe('Hash of all files: the same files have the same.'),
  before: z.string().nullable().describe('The set that ran before; null: none is known.'),
  changes: z
    .array(z.string())
    .describe('A line for each rule that changed, with who switched it and why; of a refused set none.'),
  mistakes: z.array(z.string()).describe('Of a refused set, with file and line.'),
  rules: z
    .array(z.strictObject({ ruleId: z.string(), version: z.string(), mode: z.string() }))
    .describe('Those of the set; empty where it was refused.'),
});

/** Which rules ran when, for those who answer for what drivers were told. */
export function ruleLoadRoutes(server: ApiServer, { state }: ApiContext): void {
  server.get(
    '/v1/rules/loads',
    {
      config: { roles: ['operator', 'product'] },
      schema: {
        tags: ['alerts'],
        summary: 'Which rules were loaded when, and what was refused',
        description:
          'Newest first: every start of a predictor, every set that took over, every set that was refused. Kept for 400 days.',
        querystring: query,
        response: answers({ 200: z.strictObject({ loads: z.array(loadView) }) }),
      },
    },
    async (request) => {
      const { limit, before: beforeMs } = request.query;
      const loads = await state.ruleLoads.list({ limit, ...(beforeMs !== undefined && { beforeMs }) });
      return {
        loads: loads.map(({ atMs, kind, process, setId, beforeId, lines, rules }) => ({
          ...{ at: iso(atMs), kind, process, set: setId, before: beforeId },
          changes: kind === 'refused' ? [] : [...lines],
          mistakes: kind === 'refused' ? [...lines] : [],
          rules: rules.map(({ id, version, mode }) => ({ ruleId: id, version, mode })),
        })),
      };
    },
  );
}
