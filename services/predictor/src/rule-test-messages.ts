import { type Alert, alert as alertSchema, type ChannelName, channelName } from '@outrider/domain';
import { z } from 'zod';
import { alertId, type Step } from './alert-lifecycle.ts';
import { bandOfFacts, knownFactValues, probabilityOf } from './alert-record.ts';
import { duration, type Facts, type LoadedRule } from './rule.ts';

// What a driver is told when a rule's test says so. The notifier decides that, and is handed in: services do not
// import each other. Pure.

/** Somebody who hears of the alerts of a test: all of it has a default. */
export const listener = z.strictObject({
  driving: z.enum(['moving', 'parked', 'unknown']).default('parked'),
  /** When the test begins, `HH:MM`. */
  localTime: z.iso.time({ precision: -1 }).default('12:00'),
  /** `22:00-07:00`; absent: none. */
  quietHours: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/, 'quiet hours like 22:00-07:00')
    .optional(),
  units: z.enum(['metric', 'imperial']).default('metric'),
});
export type Listener = z.infer<typeof listener>;
export type Driving = Listener['driving'];

/** What an alert says beside the rule's facts: what words and stages may rest on. */
export const said = z.strictObject({
  ...alertSchema
    .pick({
      stopName: true,
      deadlinePlace: true,
      arrivalSocPct: true,
      reserveSocPct: true,
      facts: true,
      remedies: true,
    })
    .partial().shape,
  /** From the step on that tells of it. */
  deadlineIn: duration.optional(),
});
type Said = z.infer<typeof said>;

const TEXTS = ['subject', 'title', 'body', 'spoken'] as const;

/** What one channel carried, or why it did not. */
export type Heard =
  | {
      readonly kind: 'said';
      /** False: a silent card. */
      readonly interrupts: boolean;
      readonly text: Readonly<Record<(typeof TEXTS)[number], string>>;
    }
  | { readonly kind: 'held'; readonly stage: string; readonly reason: string };

/** One listener's ears: the notifier's stages and words, and what was heard before. */
export interface Ears {
  /** By channel. */
  tell(alert: Alert, driving: Driving, nowMs: number): ReadonlyMap<ChannelName, Heard>;
  /** What waited until now. */
  wait(driving: Driving, nowMs: number): ReadonlyMap<ChannelName, Heard>;
}

export type Listen = (listener: Listener, channels: readonly ChannelName[]) => Ears;

/** By channel: the title, some of the texts, `held back: <stage> <reason>`, or `nothing`. */
export const expectedMessages = z.partialRecord(
  channelName,
  z.union([
    z.string().min(1),
    z.strictObject({
      interrupts: z.boolean().optional(),
      ...Object.fromEntries(TEXTS.map((name) => [name, z.string().optional()])),
    }),
  ]),
);
type ExpectedMessages = z.infer<typeof expectedMessages>;

/** A winter's day; clocks that change are the stages' own tests. */
const DAY_MS = Date.UTC(2026, 0, 15);
const VEHICLE_ID = 'veh_ruletest0001';

export interface Hearing {
  take(step: Step, facts: Facts, atMs: number): void;
  drive(driving: Driving): void;
  /** By channel, the last that was heard since it was asked before. */
  since(nowMs: number): ReadonlyMap<ChannelName, Heard>;
}

/** Undefined when nobody listens or nothing is expected. */
export function openHearing(
  rule: LoadedRule,
  test: { readonly listener?: Listener | undefined; readonly alert?: Said | undefined },
  channels: readonly ChannelName[],
  listen: Listen | undefined,
): Hearing | undefined {
  if (listen === undefined || channels.length === 0) return undefined;
  const who = test.listener ?? listener.parse({});
  const ears = listen(who, channels);
  const startMs = DAY_MS + minuteOf(who.localTime) * 60_000;
  let { driving } = who;
  let revision = 0;
  let heard = new Map<ChannelName, Heard>();
  const note = (news: ReadonlyMap<ChannelName, Heard>) => {
    for (const [channel, one] of news) heard.set(channel, one);
  };
  return {
    take(step, facts, atMs) {
      if (step.transition === undefined || step.transition === 'pending') return;
      revision += 1;
      const alert = alertOfTest(rule, step, facts, test.alert ?? {}, { startMs, atMs, revision });
      note(ears.tell(alert, driving, startMs + atMs));
    },
    drive(next) {
      driving = next;
    },
    since(nowMs) {
      note(ears.wait(driving, startMs + nowMs));
      const before = heard;
      heard = new Map();
      return before;
    },
  };
}

const minuteOf = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5));

function alertOfTest(
  rule: LoadedRule,
  { transition, episode }: Step,
  facts: Facts,
  { deadlineIn, facts: more, remedies = [], ...given }: Said,
  { startMs, atMs, revision }: { readonly startMs: number; readonly atMs: number; readonly revision: number },
): Alert {
  const nowMs = startMs + atMs;
  const startedAtMs = startMs + (episode?.startedAtMs ?? 0);
  const probability = probabilityOf(facts, rule);
  const arrivalSocPct = bandOfFacts(facts);
  return {
    alertId: alertId(VEHICLE_ID, rule.id, 'test', startedAtMs),
    revision,
    vehicleId: VEHICLE_ID,
    ruleId: rule.id,
    subject: 'test',
    state: transition === 'resolved' ? 'resolved' : 'firing',
    severity: episode?.severity ?? 'info',
    startedAtMs,
    changedAtMs: nowMs,
    expiresAtMs: nowMs + rule.expiresAfterS * 1000,
    ...(deadlineIn === undefined ? {} : { deadlineAtMs: nowMs + deadlineIn * 1000 }),
    message: rule.message,
    ...(rule.audience === undefined ? {} : { audience: rule.audience }),
    facts: { ...knownFactValues(facts), ...more },
    ...(probability === undefined ? {} : { probability }),
    ...(arrivalSocPct === undefined ? {} : { arrivalSocPct }),
    ...(rule.repeat === 'half-lead' ? { repeatsAtHalfLead: true } : {}),
    remedies,
    evidence: { inputs: [], modelVersion: 'test', ruleVersion: rule.version },
    ...given,
  };
}

/** What is not as expected, of all channels; undefined when all is. */
export function compareMessages(
  expected: ExpectedMessages,
  heard: ReadonlyMap<ChannelName, Heard>,
): string | undefined {
  const failures = Object.entries(expected).flatMap(([channel, wanted]) => {
    const got = heard.get(channel as ChannelName);
    const parts = typeof wanted === 'string' ? { title: wanted } : wanted;
    return Object.entries(parts).flatMap(([part, text]) => {
      const found = partOf(got, part);
      return text === undefined || found === String(text)
        ? []
        : [`${channel}: expected ${part === 'title' ? '' : `${part} `}${quoted(text)}, got ${quoted(found)}`];
    });
  });
  return failures.length === 0 ? undefined : failures.join('; ');
}

const quoted = (value: string | boolean): string => JSON.stringify(value);

function partOf(heard: Heard | undefined, part: string): string {
  if (heard === undefined) return 'nothing';
  if (heard.kind === 'held') return `held back: ${heard.stage} ${heard.reason}`;
  if (part === 'interrupts') return String(heard.interrupts);
  return heard.text[part as keyof typeof heard.text] ?? '';
}
