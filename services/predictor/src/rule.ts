import type { Audience, RestraintKind, Severity } from '@outrider/domain';
import { audience, fleet, latitude, longitude, type Remedy, runbook, severity } from '@outrider/domain';
import { z } from 'zod';

// The contract between facts, rules and alerts: what a rule may read, what a rule says, what it answers.

/** Numbers are finite; a unit is in the fact's name. */
export type FactValue = number | boolean | string;

/** A fact that is unknown says why; unknown is never "fine". */
export type Fact =
  | { readonly kind: 'known'; readonly value: FactValue }
  | { readonly kind: 'unknown'; readonly reason: string };

/** Facts by name; a name that is absent is unknown. */
export type Facts = Readonly<Record<string, Fact>>;

/** What a rule can be about: a stop of the plan, the charger the plan counts on next, charging now, standing unplugged, the car itself, each of its tyres. */
export const scope = z.enum(['stop', 'charger', 'charging', 'parked', 'vehicle', 'tyre']);
export type Scope = z.infer<typeof scope>;

/** One thing a rule can be about (a stop, a charger, the car), and the facts for it. */
export interface Subject {
  /** Names it within its vehicle; part of the alert's id, so it must survive a restart. */
  readonly subject: string;
  readonly facts: Facts;
}

export interface FactDefinition {
  readonly name: string;
  readonly type: 'number' | 'boolean' | 'string';
  readonly unit?: string;
  readonly about: string;
  /** Least and most it can be; absent: anything finite. */
  readonly range?: readonly [number, number];
  /**
   * How much of a difference between two sources of the world is carried when one takes over from the other
   * (source-switch.ts), in the fact's unit. Absent: the world's sources do not move it.
   */
  readonly carryBand?: number;
}

/** Every fact a rule of a scope may read. A rule that reads another one is refused when it is loaded. */
export type FactCatalogue = Readonly<Record<Scope, readonly FactDefinition[]>>;

/** The answer of an expression. Unknown when an input is missing, unless the rest decides (`unknown || true`). */
export type Truth = 'true' | 'false' | 'unknown';

/**
 * What an unknown answer does to a running episode: `hold` freezes its timers until the answer is back;
 * `clear` counts it as over; `stale` holds it, and ends it after `expiresAfterS` without an answer.
 */
export const unknownPolicy = z.enum(['hold', 'clear', 'stale']);
export type UnknownPolicy = z.infer<typeof unknownPolicy>;

/** `shadow` runs and is stored, but nobody is told; `off` does not run. */
export const ruleMode = z.enum(['on', 'shadow', 'off']);
export type RuleMode = z.infer<typeof ruleMode>;

/** `new-advice`: only with advice not given before; `half-lead`: also once at half the time to its deadline. */
export const repeat = z.enum(['new-advice', 'half-lead']);
export type Repeat = z.infer<typeof repeat>;

/** What holds a rule to silent cards, from then on. */
export interface HeldBy {
  readonly kind: RestraintKind;
  readonly sinceMs: number;
}

export interface Level {
  readonly severity: Severity;
  /** CEL. The highest level whose `when` has been true for `forS` is the alert's severity. */
  readonly when: string;
  /** CEL. A higher level is left again when this has been true for `clear.forS`; default: `when` is false. */
  readonly until: string;
}

/** Nothing heard of the `car`, or a fact unknown, for so long. Fires without telemetry. */
export interface Absence {
  readonly of: string;
  readonly forS: number;
}

/** A fact moved by at least this much within the time: below 0 it fell, above it rose; in the fact's unit. */
export interface Change {
  readonly of: string;
  readonly withinS: number;
  readonly by: number;
}

/** The condition began while this was true, or up to so long after it ended. */
export interface After {
  /** CEL. */
  readonly when: string;
  readonly withinS: number;
}

/** The condition began so many times within a time, or was true at so many of the last moments the car was heard. */
export type Times =
  | { readonly atLeast: number; readonly withinS: number; readonly of?: undefined }
  | { readonly atLeast: number; readonly of: number; readonly withinS?: undefined };

/** What a rule asks of time beside its `for` (time-pattern.ts). */
export interface Patterns {
  readonly absence?: Absence;
  readonly change?: Change;
  readonly after?: After;
  readonly times?: Times;
}

/** A box on the map, its edges belong to it; where `west` is above `east` it crosses the 180th meridian. */
export interface Region {
  readonly name: string;
  readonly south: number;
  readonly west: number;
  readonly north: number;
  readonly east: number;
}

export interface Rule {
  readonly id: string;
  /** Hash of the file and of the thresholds it reads. Evidence only: never part of an alert's id. */
  readonly version: string;
  /** One sentence for people. */
  readonly about: string;
  readonly owner: string;
  readonly scope: Scope;
  /** CEL over the scope's facts and the thresholds. */
  readonly when: string;
  /** Ascending; the alert fires only where `when` and at least one level are true. */
  readonly levels: readonly Level[];
  /** Absent: any moment `when` is true counts. */
  readonly patterns?: Patterns;
  /** Models of cars it is for; absent: all. */
  readonly models?: readonly string[];
  /** Fleets of cars it is for; absent: all, and cars of none. */
  readonly fleets?: readonly string[];
  /** Where cars must be; absent: anywhere. */
  readonly regions?: readonly Region[];
  /** How long, in event time, the condition must last before the alert fires. */
  readonly forS: number;
  /** The alert is over when this has been true for so long; the gap to `when` keeps it from flapping. */
  readonly clear: { readonly when: string; readonly forS: number };
  readonly unknown: UnknownPolicy;
  /** No message about a change later than this after it. */
  readonly expiresAfterS: number;
  /** So long before the failure its warning must come to count as in time; absent: it does not say. */
  readonly leadTimeS?: number;
  /** Whoever looks after many cars is told of them together, so long after the first; absent: one by one. */
  readonly digestForS?: number;
  /** Where dispatchers and crew find what to do; absent: nowhere. */
  readonly runbook?: string;
  /** Id of the wording in the notifier's language files. */
  readonly message: string;
  /** Kinds of remedy that can help, the preferred first. A rule that interrupts drivers has at least one. */
  readonly remedies: readonly Remedy['kind'][];
  /** Who is told; absent: the driver. */
  readonly audience?: Audience;
  readonly mode: RuleMode;
  /** Of a rule that is on: the share of the fleet whose drivers are told; absent: all. For the others it is in the shadow. */
  readonly share?: number;
  /** Who set its mode in `modes.yaml`, and why; absent: nobody. */
  readonly switched?: { readonly by: string; readonly why: string };
  /** Absent: it may interrupt. */
  readonly heldBy?: HeldBy;
  /** When a message may interrupt a second time about the same thing. */
  readonly repeat: Repeat;
}

/** A rule's answer now, before any `for`. */
export interface Verdict {
  /** `when` and at least one level. */
  readonly when: Truth;
  readonly clear: Truth;
  /** What must come before, of a rule with `after`. */
  readonly first?: Truth;
  /** One per level of the rule, in its order. */
  readonly levels: readonly { readonly severity: Severity; readonly when: Truth; readonly until: Truth }[];
}

/** A rule ready to run. `judge` is pure. */
export interface LoadedRule extends Rule {
  /** Facts its expressions read, sorted: what evidence must show. */
  readonly reads: readonly string[];
  judge(facts: Facts): Verdict;
  /** An example of its tests that makes it fire, for canaries; absent: none of them does. */
  readonly drill?: Facts;
}

const UNIT_S: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** `90s`, `5m`, `2h`, `1d` → seconds. A bare number is refused: nobody can see its unit. */
export const duration = z
  .string()
  .regex(/^\d{1,6}[smhd]$/, 'a duration like 60s, 5m, 2h or 1d')
  .transform((text) => Number(text.slice(0, -1)) * (UNIT_S[text.slice(-1)] ?? Number.NaN));

const someTime = duration.refine((seconds) => seconds > 0, 'longer than nothing');
const name = z.string().min(1).max(100);
const share = z.number().gt(0).max(1).optional();
const cel = z.string().min(1).max(2000);
const sentence = z.string().trim().min(10).max(500);
const slug = z.string().regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'kebab-case');

const region = z.strictObject({
  ...{ name, south: latitude, west: longitude, north: latitude, east: longitude },
}) satisfies z.ZodType<Region>;

const remedyKind = z.enum([
  'charge-longer',
  'charge-at',
  'hold-speed',
  'plug-in',
  'turn-back',
  'precondition',
  'check',
]) satisfies z.ZodType<Remedy['kind']>;

/** `rules/<id>.yaml` as written. */
export const ruleFile = z.strictObject({
  id: slug,
  about: sentence,
  owner: slug,
  scope,
  when: cel,
  levels: z
    .array(z.strictObject({ severity, when: cel.default('true'), until: cel.optional() }))
    .min(1)
    .max(3),
  cars: z
    .strictObject({
      /** As the catalogue of cars has them. */
      models: z.array(name).min(1).max(200).optional(),
      /** As owners say it of their cars. */
      fleets: z.array(fleet).min(1).max(200).optional(),
      regions: z.array(region).min(1).max(50).optional(),
    })
    .refine((cars) => Object.keys(cars).length > 0, 'say which: `models`, `fleets` or `regions`')
    .optional(),
  absence: z.strictObject({ of: name, for: someTime }).optional(),
  change: z
    .strictObject({
      of: name,
      within: someTime,
      fallsBy: z.number().positive().optional(),
      risesBy: z.number().positive().optional(),
    })
    .optional(),
  after: z.strictObject({ when: cel, within: someTime }).optional(),
  times: z
    .strictObject({
      atLeast: z.int().min(2).max(50),
      within: someTime.optional(),
      of: z.int().min(2).max(50).optional(),
    })
    .optional(),
  for: duration,
  clear: z.strictObject({ when: cel, for: duration }),
  unknown: unknownPolicy,
  expiresAfter: duration,
  leadTime: someTime.optional(),
  digest: someTime.optional(),
  runbook: runbook.optional(),
  message: slug,
  remedies: z.array(remedyKind).max(6),
  audience: audience.optional(),
  mode: ruleMode.default('on'),
  share,
  repeat: repeat.default('new-advice'),
});
export type RuleFile = z.infer<typeof ruleFile>;

/** `rules/thresholds.yaml`: numbers that several rules share, by name. */
export const thresholdsFile = z.record(
  z.string().regex(/^[a-z][A-Za-z0-9]*$/, 'camelCase'),
  z.strictObject({ value: z.number(), about: sentence }),
);
export type ThresholdsFile = z.infer<typeof thresholdsFile>;

/** `rules/modes.yaml`: by rule, or for `all`, how far they may go now, and who says so. */
export const modesFile = z.record(slug, z.strictObject({ mode: ruleMode, share, by: name, why: sentence }));
export type ModesFile = z.infer<typeof modesFile>;
