import type { Verdict } from '@outrider/domain';

/** What ABRP answers: HTTP 200 whatever happened, the outcome inside. */
export type AbrpAnswer =
  | { readonly status: 'ok'; readonly errors?: string }
  | { readonly status: 'error'; readonly errors: string };

/** How many troubles an answer names before it only counts them. */
const NAMED_MAX = 5;

/**
 * `error` makes a sender send again: said when sending again helps (a retry) or nothing was kept. Points that
 * can never be kept are named beside `ok`, or a sender would repeat them for ever.
 */
export function answerAbrp(verdicts: readonly Verdict[]): AbrpAnswer {
  const troubles = verdicts.flatMap((verdict, index) => {
    if (verdict.kind === 'ack') return [];
    const place = verdicts.length === 1 ? '' : `point ${index + 1}: `;
    if (verdict.kind === 'retry') return [`${place}${verdict.reason}, try again in ${verdict.afterMs} ms`];
    return [`${place}${verdict.code}: ${verdict.detail}`];
  });
  if (troubles.length === 0) return { status: 'ok' };
  const more = troubles.length > NAMED_MAX ? `; and ${troubles.length - NAMED_MAX} more` : '';
  const errors = troubles.slice(0, NAMED_MAX).join('; ') + more;
  const helps = verdicts.some((verdict) => verdict.kind === 'retry');
  const isAnyKept = verdicts.some((verdict) => verdict.kind === 'ack');
  return helps || !isAnyKept ? { status: 'error', errors } : { status: 'ok', errors };
}
