/** What the page says in English about trying another drive. */
export const enWhatIf = {
  whatIf: {
    title: 'What if …',
    hint: 'Move a slider: the forecast is made again, and nothing is changed.',
    temperature: 'Outside temperature',
    speed: 'Speed',
    later: 'Leave later',
    charge: 'Charge before leaving',
    chargeNext: 'Charge at the next charging stop',
    same: 'as forecast',
    asPlanned: 'as planned',
    shift: (by: string, isColder: boolean) => `${by} ${isColder ? 'colder' : 'warmer'}`,
    pace: (by: string, isSlower: boolean, top: string) =>
      `${by} ${isSlower ? 'slower' : 'faster'}, at most ${top}`,
    laterBy: (time: string) => `${time} later`,
    takes: (time: string) => `takes ${time} here`,
    sure: (chance: string) => `${chance} sure`,
    insteadOf: (band: string) => `instead of ${band}`,
    reset: 'As it is',
    unknown: 'This cannot be judged right now.',
    ghost: 'what if',
  },
};
export type WhatIfTexts = typeof enWhatIf;
