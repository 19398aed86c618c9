/** What a person says about a warning. */
export interface Saying {
  readonly alertId: string;
  readonly kind: 'on-it' | 'declined' | 'not-useful' | 'acknowledged';
  readonly because?: string;
  readonly note?: string;
}

/** A saying on its way: it waits where the server cannot be reached, also over a restart of the page. */
export interface Said extends Saying {
  readonly saidAtMs: number;
  readonly state: 'waiting' | 'taken' | 'refused';
  /** With `refused`: the api's words. */
  readonly why?: string;
}

const SAID_MAX = 100;

/** One more said; what was said of the same warning before no longer counts. */
export function say(said: readonly Said[], saying: Saying, atMs: number): readonly Said[] {
  const others = said.filter(({ alertId }) => alertId !== saying.alertId);
  return [...others, { ...saying, saidAtMs: atMs, state: 'waiting' as const }].slice(-SAID_MAX);
}

/** What the api knows of an answer that was given elsewhere; whatever was said here counts before it. */
export const sayElsewhere = (
  said: readonly Said[],
  { alertId, kind, saidAtMs }: Pick<Said, 'alertId' | 'kind' | 'saidAtMs'>,
): readonly Said[] =>
  said.some((one) => one.alertId === alertId)
    ? said
    : [...said, { alertId, kind, saidAtMs, state: 'taken' as const }].slice(-SAID_MAX);

/** How the api answered: undefined took it. */
export interface Refusal {
  readonly status: number;
  readonly message: string;
}

const TOO_MANY = 429;

/** What is known after the api answered. Only an answer about the very saying counts: it may have been said anew. */
export function answered(said: readonly Said[], sent: Said, refusal: Refusal | undefined): readonly Said[] {
  return said.map((one) => {
    if (one.alertId !== sent.alertId || one.saidAtMs !== sent.saidAtMs) return one;
    if (refusal === undefined) return { ...one, state: 'taken' };
    const isForLater = refusal.status === 0 || refusal.status === TOO_MANY || refusal.status >= 500;
    return isForLater ? one : { ...one, state: 'refused', why: refusal.message };
  });
}

export const saidOf = (said: readonly Said[], alertId: string): Said | undefined =>
  said.find((one) => one.alertId === alertId);
