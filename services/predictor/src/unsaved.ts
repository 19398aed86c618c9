import type { State } from '@outrider/state';
import type { Trust } from '@outrider/trust';
import type { Judged } from './car.ts';
import { alertRow, type OutboxTools, outboxRows } from './checkpoint-rows.ts';
import type { Residents } from './residents.ts';
import { firingsOf } from './rule-brake.ts';
import { commandRows } from './warming-command.ts';

type Write = Parameters<State['predictor']['writeCheckpoint']>[0];

/** What was said since the last checkpoint and goes out with the next one. Never changed in place. */
export interface Unsaved {
  readonly alerts: Judged['alerts'];
  readonly labels: readonly { readonly vehicleId: string; readonly ended: Judged['labels'][number] }[];
}

export const nothingUnsaved: Unsaved = { alerts: [], labels: [] };

export function withJudged(unsaved: Unsaved, { alerts, labels, live }: Judged): Unsaved {
  if (alerts.length + labels.length === 0) return unsaved;
  const { vehicleId } = live.car.state;
  return {
    alerts: [...unsaved.alerts, ...alerts],
    labels: [...unsaved.labels, ...labels.map((ended) => ({ vehicleId, ended }))],
  };
}

/** Without what is about cars that have been forgotten. */
export const withoutCars = ({ alerts, labels }: Unsaved, forgotten: ReadonlySet<string>): Unsaved => ({
  alerts: alerts.filter(({ alert }) => !forgotten.has(alert.vehicleId)),
  labels: labels.filter(({ vehicleId }) => !forgotten.has(vehicleId)),
});

/** What came in while `written` was being written. */
export const after = ({ alerts, labels }: Unsaved, written: Unsaved): Unsaved => ({
  alerts: alerts.slice(written.alerts.length),
  labels: labels.slice(written.labels.length),
});

export const rowsOf = (
  { alerts, labels }: Unsaved,
  cars: Pick<Residents, 'get'>,
  nowMs: number,
  tools: OutboxTools,
): Pick<Write, 'alerts' | 'outbox' | 'labels'> & Required<Pick<Write, 'firings' | 'heeded'>> => ({
  // Made-up cars say nothing about how many real ones are warned.
  firings: firingsOf(alerts.filter(({ alert }) => cars.get(alert.vehicleId)?.isSynthetic !== true)),
  alerts: alerts.map(({ alert }) => alertRow(alert, nowMs, tools.trust)),
  outbox: [...outboxRows(alerts, cars, nowMs, tools), ...commandRows(alerts, cars, nowMs, tools)],
  labels: labels.flatMap(({ vehicleId, ended }) =>
    mayCount(vehicleId, nowMs, tools.trust)
      ? [
          {
            ...{ labelId: ended.labelId, label: ended.label },
            isSynthetic: cars.get(vehicleId)?.isSynthetic === true,
          },
        ]
      : [],
  ),
  // For whoever was warned, not for figures about crowds: what an owner agreed to there says nothing here.
  heeded: labels.flatMap(({ ended }) => ended.heeded),
});

/** A car counts in figures about crowds only while its owner agrees to that. */
const mayCount = (vehicleId: string, nowMs: number, trust: Trust): boolean =>
  trust.decide({
    ...{ purpose: 'service_quality_aggregate', vehicleId, dataClass: 'plain' },
    ...{ actor: { kind: 'service', name: 'predictor' }, aboutFromMs: nowMs, aboutToMs: nowMs },
  }).kind === 'allow';
