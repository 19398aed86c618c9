import type { WhatIfTexts } from './en-what-if.ts';

/** Was die Seite auf Deutsch sagt, wenn eine andere Fahrt durchgespielt wird. */
export const deWhatIf: WhatIfTexts = {
  whatIf: {
    title: 'Was wäre, wenn …',
    hint: 'Einen Regler bewegen: Die Vorhersage wird neu gerechnet, geändert wird nichts.',
    temperature: 'Außentemperatur',
    speed: 'Tempo',
    later: 'Später losfahren',
    charge: 'Vor der Abfahrt laden',
    chargeNext: 'Am nächsten Ladehalt laden',
    same: 'wie vorhergesagt',
    asPlanned: 'wie geplant',
    shift: (by: string, isColder: boolean) => `${by} ${isColder ? 'kälter' : 'wärmer'}`,
    pace: (by: string, isSlower: boolean, top: string) =>
      `${by} ${isSlower ? 'langsamer' : 'schneller'}, höchstens ${top}`,
    laterBy: (time: string) => `${time} später`,
    takes: (time: string) => `dauert hier ${time}`,
    sure: (chance: string) => `zu ${chance} sicher`,
    insteadOf: (band: string) => `statt ${band}`,
    reset: 'Wie es ist',
    unknown: 'Das lässt sich gerade nicht beurteilen.',
    ghost: 'was wäre, wenn',
  },
};
