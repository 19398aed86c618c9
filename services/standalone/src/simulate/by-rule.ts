import type { Log } from '@outrider/runtime';
import { openState } from '@outrider/state';
import { alignedTable } from '../table.ts';
import type { Interruption } from './life.ts';

/** What one rule said in a simulation. */
export interface RuleFigures {
  readonly ruleId: string;
  /** Episodes, silent cards and those for operators included. */
  readonly alerts: number;
  readonly cars: number;
  /** Times it interrupted its driver. */
  readonly interruptions: number;
  /** Of those, what it warned of would truly have come; of the others nobody could tell. */
  readonly right: number;
  readonly wrong: number;
}

interface Alerted {
  readonly ruleId: string;
  readonly vehicleId: string;
}

/** Of every rule there is, those that saw nothing included, by name. Pure. */
export function figuresByRule(
  ruleIds: readonly string[],
  alerts: readonly Alerted[],
  interruptions: readonly Interruption[],
): readonly RuleFigures[] {
  const names = new Set([...ruleIds, ...alerts.map(({ ruleId }) => ruleId)]);
  return [...names].toSorted().map((ruleId) => {
    const own = alerts.filter((one) => one.ruleId === ruleId);
    const said = interruptions.filter((one) => one.ruleId === ruleId);
    return {
      ...{ ruleId, alerts: own.length, interruptions: said.length },
      cars: new Set(own.map(({ vehicleId }) => vehicleId)).size,
      right: said.filter(({ isNeeded }) => isNeeded === true).length,
      wrong: said.filter(({ isNeeded }) => isNeeded === false).length,
    };
  });
}

export const byRuleText = (figures: readonly RuleFigures[]): string =>
  alignedTable(
    ['rule', 'alerts', 'cars', 'interrupted', 'right', 'wrong'],
    figures.map(({ ruleId, alerts, cars, interruptions, right, wrong }) => [
      ruleId,
      ...[alerts, cars, interruptions, right, wrong].map((count) => `${count || '-'}`),
    ]),
  );

const PAGE = 1_000;

/** Every alert that a simulation left behind. */
export async function readAlerts(stateUrl: string, log: Log): Promise<readonly Alerted[]> {
  const state = await openState(stateUrl, { log });
  try {
    const all: Alerted[] = [];
    for (let after = ''; ; ) {
      const cars = await state.vehicles.list(after, PAGE);
      for (const { vehicleId } of cars) all.push(...(await state.alerts.listOf(vehicleId, { limit: PAGE })));
      after = cars.at(-1)?.vehicleId ?? '';
      if (cars.length < PAGE) return all;
    }
  } finally {
    await state.close();
  }
}
