import type { ChannelName, FailureReason, Severity } from '@outrider/domain';
import type { Person } from '@outrider/state';

/** What one try came to. A channel never throws for what a provider does. */
export type Delivery =
  /** With what the provider calls the message, where a later one needs that to take its place. */
  | { readonly kind: 'delivered'; readonly providerId?: string }
  /** May work later. */
  | { readonly kind: 'retryable'; readonly reason: FailureReason; readonly retryAfterMs?: number }
  /** Nothing was tried: whoever would take it rests, or has no room, for so long. Real time. */
  | { readonly kind: 'held'; readonly forMs: number }
  /** The same bytes to the same target will fail again. */
  | { readonly kind: 'rejected'; readonly reason: FailureReason };

/** What a channel sends. The id is the same on every try: receivers can tell a repeat. */
export interface Message {
  readonly notificationId: string;
  readonly alertId: string;
  readonly vehicleId: string;
  readonly ruleId: string;
  readonly revision: number;
  readonly severity: Severity;
  readonly interrupts: boolean;
  readonly purpose: 'alert' | 'update' | 'resolve';
  readonly recipient: Person;
  /** Names no place. */
  readonly subject: string;
  readonly title: string;
  readonly body: string;
  readonly spoken: string;
  /** Event time. */
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  /** Charge on arrival, and the reserve it is compared with; percent. */
  readonly arrival?: {
    readonly p10: number;
    readonly p50: number;
    readonly p90: number;
    readonly reserveSocPct: number;
  };
  /** Where the recipient, who is a dispatcher or crew, finds what to do: an address or a path. */
  readonly runbook?: string;
  /** A try before may have reached them; nobody knows. */
  readonly isMaybeThere?: true;
  /** Somebody has taken it in hand: that is the news. */
  readonly isAnswered?: true;
  /** Another alert of this car and rule stands on this channel. */
  readonly isOneOfMany?: boolean;
  /** What the provider calls the message about this alert that the person sees there now. */
  readonly shownAs?: string;
  /** Of what led to it; goes on where a channel has a place for it. */
  readonly traceparent?: string;
}

/** A text besides alerts, to an address that is not proved yet: a code. */
export interface BareText {
  readonly target: string;
  /** Where the channel has a place for it. */
  readonly subject: string;
  readonly text: string;
  /** Event time. */
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
}

/** A way to reach a person. It tries once, within its own timeouts; the outbox worker retries. */
export interface Channel {
  readonly name: ChannelName;
  /** A later word about the alert takes the place of the one shown there, and it can be taken back. */
  readonly replaces?: true;
  /** It can show that somebody has taken an alert in hand. */
  readonly showsAnswers?: true;
  /** It shows rules, not alerts: whether one of a car's alerts stands. */
  readonly showsRules?: true;
  /** It asks each of its providers whether it may, and takes the next one where it may not. */
  readonly asksProviders?: true;
  /** Whose server it is, where each person names their own; absent: one for all. */
  providerOf?(person: Person): string;
  /** Can this person be reached this way at all? */
  reaches(person: Person): boolean;
  deliver(message: Message, signal: AbortSignal): Promise<Delivery>;
  /** Of channels whose addresses are proved by a code. */
  sendText?(text: BareText, signal: AbortSignal): Promise<Delivery>;
  close(): Promise<void>;
}
