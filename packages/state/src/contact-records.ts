import type { ChannelName } from '@outrider/domain';

// Where a person can be reached, and the texts that prove it. Contacts are written by the api (and removed by the
// notifier when a provider says that they are gone); texts are asked for by the api and sent by the notifier.

/** An address of a person on one channel: a verified number, a browser's push subscription. */
export interface Contact {
  /** Of person, channel and target: the same address is the same contact. */
  readonly contactId: string;
  readonly personId: string;
  readonly channel: ChannelName;
  /** What the channel needs to reach it; a secret where whoever knows it can write to it. */
  readonly target: string;
  /** The person proved that it is theirs. */
  readonly verifiedAtMs: number;
  /** They asked there to hear no more; null = they may be written to. */
  readonly stoppedAtMs: number | null;
}

export interface Contacts {
  /** The same id again replaces it. */
  put(contact: Contact): Promise<void>;
  remove(contactId: string): Promise<boolean>;
  listOf(personId: string): Promise<readonly Contact[]>;
  /** Whoever has this address, oldest first: a family may share a number. */
  listOfTarget(channel: ChannelName, target: string): Promise<readonly Contact[]>;
}

/**
 * A text besides alerts: the code that proves an address, or the one word that no more will come. It is sent at most
 * once: whoever misses a code asks again.
 */
export interface ServiceText {
  readonly textId: string;
  readonly personId: string;
  readonly kind: 'code' | 'stopped' | 'sign-in';
  readonly channel: ChannelName;
  readonly target: string;
  /** Event time, as the expiry. */
  readonly requestedAtMs: number;
  readonly expiresAtMs: number;
  /** `used`: the code was entered, or a newer one was asked for. */
  readonly state: 'waiting' | 'sending' | 'sent' | 'failed' | 'used';
  /** Of a code, or of a link that signs in, that was sent; the secret itself is stored nowhere. */
  readonly codeHash: string | null;
  /** Wrong codes that may still be entered. */
  readonly attemptsLeft: number;
}

export interface ServiceTexts {
  insert(text: ServiceText): Promise<void>;
  find(textId: string): Promise<ServiceText | undefined>;
  /** Asked for by this person since, or for this address by anybody; newest first. Others who ask wait. */
  listSince(personId: string, target: string, sinceMs: number): Promise<readonly ServiceText[]>;
  /** Those that wait to be sent and have not expired, oldest first. */
  listWaiting(nowMs: number, limit: number): Promise<readonly ServiceText[]>;
  /** False when it was no longer in state `from`: somebody else has it. */
  change(
    textId: string,
    from: ServiceText['state'],
    change: Partial<Pick<ServiceText, 'state' | 'codeHash'>>,
  ): Promise<boolean>;
  /** Takes one attempt; false when there is none left. */
  spendAttempt(textId: string): Promise<boolean>;
  /** Forgets what was asked for before. */
  removeBefore(requestedBeforeMs: number): Promise<void>;
}
