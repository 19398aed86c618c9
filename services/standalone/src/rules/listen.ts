import { createRehearsal, limitsOf, loadLanguages, notifierSettings } from '@outrider/notifier';
import type { Listen, Listener } from '@outrider/predictor';
import { readSettings } from '@outrider/runtime';
import type { Person } from '@outrider/state';

/** Ears for the tests beside rules: the notifier's stages and words, with its settings' defaults. */
export function createListen(): Listen {
  const limits = limitsOf(readSettings(notifierSettings, {}));
  const languages = loadLanguages();
  return (listener, channels) => {
    const { tell, wait } = createRehearsal(personOf(listener, channels), limits, languages);
    return {
      tell: (alert, driving, nowMs) => tell(alert, stateOf(driving), nowMs),
      wait: (driving, nowMs) => wait(stateOf(driving), nowMs),
    };
  };
}

/** Unknown as of a car that was last heard of on the road. */
const stateOf = (driving: Listener['driving']) =>
  driving === 'unknown' ? ({ kind: driving, lastGearIsPark: false } as const) : { kind: driving };

function personOf({ quietHours, units }: Listener, channels: Person['channels']): Person {
  const minutes = (text: string | undefined): number | null =>
    text === undefined ? null : Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5));
  const [from, to] = quietHours?.split('-') ?? [];
  return {
    personId: 'per_ruletest0001',
    name: 'Listener',
    email: 'listener@example.org',
    phone: null,
    webhookUrl: null,
    webhookSecret: null,
    language: 'en',
    units,
    timeZone: 'UTC',
    quietFromMinute: minutes(from),
    quietToMinute: minutes(to),
    channels,
    createdAtMs: 0,
  };
}
