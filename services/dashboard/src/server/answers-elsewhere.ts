import type { Said } from '../said.ts';
import type { AlertView } from './answers.ts';
import { ask } from './ask.ts';

/** More warnings than that hold at once for hardly any car. */
const ASKED_MAX = 5;

export type SaidElsewhere = Pick<Said, 'alertId' | 'kind' | 'saidAtMs'>;

/** What this person answered to warnings that hold, by SMS or on another device. What cannot be asked is left out. */
export async function answersElsewhere(alerts: readonly AlertView[]): Promise<readonly SaidElsewhere[]> {
  const firing = alerts.filter(({ state }) => state === 'firing').slice(0, ASKED_MAX);
  const asked = await Promise.all(firing.map(({ alertId }) => answerTo(alertId)));
  return asked.flatMap((one) => one ?? []);
}

async function answerTo(alertId: string): Promise<SaidElsewhere | undefined> {
  const path = `/v1/alerts/${encodeURIComponent(alertId)}`;
  const { answer } = await ask<{ answer?: { kind: Said['kind']; at: string } }>('GET', path).catch(() => ({
    answer: undefined,
  }));
  return answer && { alertId, kind: answer.kind, saidAtMs: Date.parse(answer.at) };
}
