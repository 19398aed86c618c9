import type { Bus } from '@outrider/bus';
import type { Purpose } from '@outrider/domain';
import type { Counter, Runtime } from '@outrider/runtime';
import type { NotificationRow, Person, State } from '@outrider/state';
import type { Trust } from '@outrider/trust';
import type { Channel } from './channel.ts';
import type { DrivingStates } from './driving-state.ts';
import type { ProviderGate } from './provider-gate.ts';
import type { NotifierSettings } from './settings.ts';
import type { Limits } from './stage.ts';
import type { Language } from './wording/language.ts';

/** What the notifier is made from. */
export interface NotifierDeps {
  readonly bus: Bus;
  readonly state: State;
  readonly trust: Trust;
  readonly runtime: Runtime;
  readonly settings: NotifierSettings;
  /** Those of the settings unless given. */
  readonly channels?: readonly Channel[];
  /** 0 ≤ x < 1, for jitter; the system's unless given. */
  readonly random?: () => number;
}

/** What its parts share. */
export interface Parts {
  readonly bus: Bus;
  readonly state: State;
  readonly trust: Trust;
  readonly runtime: Runtime;
  readonly channels: readonly Channel[];
  readonly random: () => number;
  /** Of channels that do not ask their providers themselves. */
  readonly gateOf: (channel: Channel, person: Person) => ProviderGate;
  readonly limits: Limits;
  /** Where people reach the page; undefined: nobody said. */
  readonly publicUrl: string | undefined;
  readonly languages: ReadonlyMap<string, Language>;
  readonly driving: DrivingStates;
  readonly decisions: Counter<'state' | 'reason'>;
}

const MOVING_RECHECK_MS = 30_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

export const limitsOf = (settings: NotifierSettings): Limits => ({
  minGapMs: settings.minGapMin * MINUTE_MS,
  decisionMs: settings.decisionH * HOUR_MS,
  bundleWindowMs: settings.bundleWindowS * 1000,
  escalateAfterMs: settings.escalateAfterMin * MINUTE_MS,
  movingRecheckMs: MOVING_RECHECK_MS,
  rates: settings.throttle,
  channelRates: {
    sms: settings.smsThrottle,
    ...(settings.pushThrottle && { push: settings.pushThrottle }),
    ...(settings.emailThrottle && { email: settings.emailThrottle }),
    ...(settings.webhookThrottle && { webhook: settings.webhookThrottle }),
  },
  crewRates: settings.crewThrottle,
  escalation: {
    warning: {
      dispatcherMs: settings.escalateWarningToDispatcherMin * MINUTE_MS,
      crewMs: settings.escalateWarningToCrewMin * MINUTE_MS,
    },
    critical: {
      dispatcherMs: settings.escalateCriticalToDispatcherMin * MINUTE_MS,
      crewMs: settings.escalateCriticalToCrewMin * MINUTE_MS,
    },
  },
  digestCars: settings.digestCars,
  flood: settings.flood,
  declineStep: settings.declineStep,
  declineLastsMs: settings.declineLastsH * HOUR_MS,
  doubtLastsMs: settings.doubtLastsD * 24 * HOUR_MS,
});

/** Trust's answer: may the driver be warned with what happened from one instant to another? */
export const mayTell = (trust: Trust, vehicleId: string, fromMs: number, toMs: number): boolean =>
  isAllowed(trust, 'alert_driver', { vehicleId, aboutFromMs: Math.min(fromMs, toMs), aboutToMs: toMs });

/** Trust's answer: may what was said then count in figures about crowds? */
export const mayCount = (trust: Trust, vehicleId: string, atMs: number): boolean =>
  isAllowed(trust, 'service_quality_aggregate', {
    ...{ vehicleId, aboutFromMs: atMs, aboutToMs: atMs, dataClass: 'plain' },
  });

interface Span {
  readonly vehicleId: string;
  readonly aboutFromMs: number;
  readonly aboutToMs: number;
  readonly dataClass?: 'plain';
}

function isAllowed(trust: Trust, purpose: Purpose, span: Span): boolean {
  const actor = { kind: 'service', name: 'notifier' } as const;
  const decision = trust.decide({ purpose, actor, ...span });
  // Consents read a moment ago may be too old by now. That is no "no": it must not be stored as one.
  if (decision.kind === 'deny' && decision.reason === 'not-prepared')
    throw new Error('consents are too old to decide by; it is decided again');
  return decision.kind === 'allow';
}

export function countDecision(
  { decisions }: Pick<Parts, 'decisions'>,
  row: Pick<NotificationRow, 'state' | 'reason'>,
): void {
  decisions.inc({ state: row.state, reason: row.reason ?? 'none' });
}
