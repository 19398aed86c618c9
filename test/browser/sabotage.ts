import type { BrowserContext } from 'playwright-core';

/** Ways to break a promise on purpose. With any of them the proof must fail, or it proves nothing. */
export const SABOTAGES = {
  'swallow-answer': {
    about: 'what the driver answers is taken with thanks and thrown away',
    spoil: (context: BrowserContext) =>
      context.route('**/feedback', (route) => route.fulfill({ status: 202, json: { feedbackId: 'none' } })),
  },
  deaf: {
    about: 'the live feed says nothing',
    spoil: (context: BrowserContext) => context.routeWebSocket('**/v1/live**', () => undefined),
  },
} as const;
export type Sabotage = keyof typeof SABOTAGES;

export const isSabotage = (name: string): name is Sabotage => Object.hasOwn(SABOTAGES, name);
