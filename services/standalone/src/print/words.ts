import { type Band, cToFahrenheit, mToKm, mToMiles, type Remedy } from '@outrider/domain';
import type { Scenario } from '../scenario/index.ts';

// Figures as a reader of the timeline or the page sees them, in the driver's units and time zone.

export interface Words {
  /** `13:11` */
  time(atMs: number): string;
  /** `Wed 23 Jan 2013` */
  day(atMs: number): string;
  distance(distanceM: number): string;
  temperature(tempC: number): string;
}

export function wordsFor(scenario: Scenario): Words {
  const { timeZone, units } = scenario.driver;
  const time = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' });
  const day = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
  });
  const isImperial = units === 'imperial';
  return {
    time: (atMs) => time.format(atMs),
    day: (atMs) => day.format(atMs).replace(',', ''),
    distance: (distanceM) =>
      isImperial ? `${Math.round(mToMiles(distanceM))} mi` : `${Math.round(mToKm(distanceM))} km`,
    temperature: (tempC) => (isImperial ? `${whole(cToFahrenheit(tempC))} °F` : `${whole(tempC)} °C`),
  };
}

/** A whole number with a real minus sign; never −0. */
export const whole = (value: number): string => {
  const rounded = Math.round(value);
  return rounded < 0 ? `−${-rounded}` : `${Math.abs(rounded)}`;
};

export const percent = (value: number): string => `${whole(value)} %`;

/** `14 % (7 to 21 %)`: median, and the range it lies in eight times of ten. */
export const bandText = ({ p10, p50, p90 }: Band): string =>
  `${percent(p50)} (${whole(p10)} to ${percent(p90)})`;

/** `1 h 23 min` */
export function durationText(minutes: number): string {
  const total = Math.round(minutes);
  if (total < 60) return `${total} min`;
  const rest = total % 60;
  return `${Math.floor(total / 60)} h${rest === 0 ? '' : ` ${rest} min`}`;
}

/** A probability is never said to be certain. */
export function likely(probability: number): string {
  if (probability < 0.01) return 'under 1 % likely';
  if (probability > 0.99) return 'over 99 % likely';
  return `${percent(100 * probability)} likely`;
}

/** `charging at Norwich`: what a driver did who followed the advice. */
export function adviceText(remedy: Remedy): string {
  switch (remedy.kind) {
    case 'charge-longer':
      return 'charging longer';
    case 'charge-at':
      return `charging at ${remedy.name}`;
    case 'hold-speed':
      return 'driving slower';
    case 'plug-in':
      return 'plugging in';
    case 'turn-back':
      return `turning back to ${remedy.name}`;
    case 'precondition':
      return 'warming the battery';
    case 'check':
      return 'looking after the car';
  }
}

const BASELINE_NAMES: Readonly<Record<string, string>> = {
  'car-display': 'the car’s own display',
  'soc-alarm-10': 'alarm at 10 % battery',
  'range-rule-1.0': 'shown range < 1.0 × road',
  'range-rule-1.2': 'shown range < 1.2 × road',
};

export const baselineName = (name: string): string => BASELINE_NAMES[name] ?? name;

const CHANNEL_NAMES: Readonly<Record<string, string>> = {
  feed: 'on the screen',
  email: 'by e-mail',
  webhook: 'by webhook',
};

/** `on the screen, by e-mail` */
export const channelsText = (channels: readonly string[]): string =>
  [...new Set(channels)].map((name) => CHANNEL_NAMES[name] ?? name).join(', ');
