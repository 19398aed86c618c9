// What can go wrong with somebody else's service, and when. Plain data: a cell crosses threads.

/** Who fails. The first of two leaves a second that can answer; both leave only the floor. */
export const VICTIMS = {
  'first-weather': 'the weather asked first',
  weather: 'all weather',
  'first-road': 'the roads asked first, heights and detours with them',
  roads: 'all roads',
  chargers: 'the list of charging places',
  everything: 'weather, roads and charging places',
} as const;
export type Victim = keyof typeof VICTIMS;

export const FAULTS = {
  down: 'hangs up',
  slow: 'begins to answer and never ends',
  garbage: 'answers in the wrong shape, in half a sentence, or with a page for people',
  failing: 'answers 503',
  limited: 'answers 429 and does not say until when',
  stale: 'answers in time, with what was so three days ago',
} as const;
export type Fault = keyof typeof FAULTS;

/** From the first question on, from the middle of the drive on, or every other ten minutes. */
export const ONSETS = ['always', 'midway', 'flapping'] as const;
export type Onset = (typeof ONSETS)[number];

export interface Cell {
  readonly victim: Victim;
  readonly fault: Fault;
  readonly onset: Onset;
}

/** One drive under one fault; without a fault: the drive that the others are compared with. */
export interface Job {
  readonly scenario: string;
  readonly cell: Cell | null;
}

/** The drives of the proof: between them every rule of the starter set speaks, and one of them gives no reason to. */
export const DRIVES = {
  winter: '2013-01-winter-i95',
  motorway: 'synthetic-motorway',
  withoutPlan: 'synthetic-hill-and-back',
  madeIt: '2013-02-i95-made-it',
} as const;

/** A road has no age, and charging places are asked for once, before the drive. */
const happens = ({ victim, fault, onset }: Cell): boolean =>
  !(fault === 'stale' && (victim === 'roads' || victim === 'first-road')) &&
  !(victim === 'chargers' && onset !== 'always');

/** Every fault of everybody from the start, midway and to and fro. */
export function allJobs(): Job[] {
  const cells = (Object.keys(VICTIMS) as Victim[]).flatMap((victim) =>
    (Object.keys(FAULTS) as Fault[]).flatMap((fault) =>
      ONSETS.map((onset): Cell => ({ victim, fault, onset })).filter(happens),
    ),
  );
  return jobsOf(cells, Object.values(DRIVES));
}

/** Each victim, each fault and each onset at least once. */
export function shortJobs(): Job[] {
  const cells: readonly Cell[] = [
    { victim: 'first-weather', fault: 'down', onset: 'always' },
    { victim: 'first-weather', fault: 'limited', onset: 'flapping' },
    { victim: 'weather', fault: 'garbage', onset: 'always' },
    { victim: 'weather', fault: 'stale', onset: 'midway' },
    { victim: 'first-road', fault: 'failing', onset: 'flapping' },
    { victim: 'first-road', fault: 'slow', onset: 'always' },
    { victim: 'roads', fault: 'down', onset: 'always' },
    { victim: 'chargers', fault: 'garbage', onset: 'always' },
    { victim: 'everything', fault: 'slow', onset: 'midway' },
  ];
  return jobsOf(cells, Object.values(DRIVES));
}

const jobsOf = (cells: readonly Cell[], drives: readonly string[]): Job[] => [
  ...drives.map((scenario) => ({ scenario, cell: null })),
  ...cells.flatMap((cell) => drives.map((scenario) => ({ scenario, cell }))),
];

const FLAP_MS = 10 * 60_000;

/** Whether the fault is there at `nowMs` of a drive. */
export function isFaulty(onset: Onset, nowMs: number, drive: { fromMs: number; toMs: number }): boolean {
  if (onset === 'always') return true;
  if (onset === 'midway') return nowMs >= (drive.fromMs + drive.toMs) / 2;
  return Math.floor((nowMs - drive.fromMs) / FLAP_MS) % 2 === 1;
}

export const nameOf = ({ victim, fault, onset }: Cell): string => `${victim}/${fault}/${onset}`;
