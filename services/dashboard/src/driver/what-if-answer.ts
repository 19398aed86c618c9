import { computed, effect, signal } from '@preact/signals';
import { after, everyWhileSeen } from '../browser.ts';
import type { ForecastView } from '../server/answers.ts';
import { ask } from '../server/ask.ts';
import { messageOf, vehicle } from '../store.ts';

// What the driver asks otherwise, and what the api answers: asked while the sliders are open, the newest question wins.

/** As the api takes it; what is absent stays as it is. */
export interface Change {
  readonly tempShiftK?: number;
  readonly speedRatio?: number;
  readonly leaveLaterMin?: number;
  readonly chargeToSocPct?: number;
}

export interface Ahead {
  readonly stops: ForecastView['stops'];
  readonly curve: ForecastView['curve'];
  readonly topSpeedMps: number;
  readonly chargeMinutes?: number;
}

export interface WhatIfView {
  readonly reserveSocPct: number;
  readonly room: { readonly canLeaveLater: boolean; readonly canCharge: boolean };
  readonly asIs: Ahead;
  readonly changed: Ahead;
}

export const isOpen = signal(false);
export const change = signal<Change>({});
/** The newest answer, and what it answers: while a slider moves, the question before. */
export const answer = signal<(WhatIfView & { readonly to: Change }) | undefined>(undefined);
export const problem = signal<string | undefined>(undefined);
/** The api cannot judge this car right now. */
export const isUnknown = signal(false);

const isSomething = (one: Change | undefined): boolean => one !== undefined && Object.keys(one).length > 0;

/** Something is to be otherwise, and what comes of it is known. */
export const otherwise = computed(() =>
  isOpen.value && isSomething(change.value) && isSomething(answer.value?.to) ? answer.value : undefined,
);
/** The answer to where the sliders stand now is still on its way. */
export const isWaiting = computed(() => isSomething(change.value) && answer.value?.to !== change.value);

/** While a slider moves, and how often an open answer is asked anew: the car drives on. */
const ASK_AFTER_MS = 200;
const ASK_EVERY_MS = 5_000;

const vehicleId = computed(() => vehicle.value?.vehicleId);

/** Another car has other sliders. */
effect(() => {
  void vehicleId.value;
  change.value = {};
  answer.value = undefined;
  problem.value = undefined;
});

effect(() => {
  const id = vehicleId.value;
  const asked = change.value;
  if (!isOpen.value || id === undefined) return;
  let isOver = false;
  const load = async (): Promise<void> => {
    try {
      const said = await ask<WhatIfView | { readonly unknown: string }>(
        'POST',
        `/v1/vehicles/${id}/what-if`,
        asked,
      );
      if (isOver) return;
      isUnknown.value = 'unknown' in said;
      if (!('unknown' in said)) answer.value = { ...said, to: asked };
      problem.value = undefined;
    } catch (error) {
      if (!isOver) problem.value = messageOf(error);
    }
  };
  const cancels = [after(ASK_AFTER_MS, () => void load()), everyWhileSeen(ASK_EVERY_MS, () => void load())];
  return () => {
    isOver = true;
    for (const cancel of cancels) cancel();
  };
});
