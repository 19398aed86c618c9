import type { ClaimedNotification, NotificationRow, State } from '@outrider/state';

/** Ways to break a promise on purpose. With any of them the proof must fail, or it proves nothing. */
export const SABOTAGES = {
  'record-before-send': 'a message counts as sent before its channel is asked',
  'skip-claim': 'rows that somebody is sending are claimed once more',
  'new-id-per-try': 'each try of a message has an id of its own',
  'keep-lease': 'what a dead process had claimed stays claimed',
} as const;
export type Sabotage = keyof typeof SABOTAGES;

export const isSabotage = (name: string): name is Sabotage => Object.hasOwn(SABOTAGES, name);

type Notifications = State['notifications'];
type Cheat = (honest: Notifications) => Pick<Notifications, 'claim' | 'finish'>;

export function sabotaged(state: State, sabotage: Sabotage | undefined): State {
  if (sabotage === undefined) return state;
  const wrap = (inner: State): State => ({
    ...inner,
    notifications: { ...inner.notifications, ...CHEATS[sabotage](inner.notifications) },
    transaction: (work) => inner.transaction((inside) => work(wrap(inside))),
  });
  return wrap(state);
}

const CHEATS: Readonly<Record<Sabotage, Cheat>> = {
  'record-before-send': (honest) => ({
    async claim(options) {
      const claimed = await honest.claim(options);
      for (const { row, leaseId } of claimed)
        await honest.finish(row.notificationId, leaseId, { ...changeOf(row), state: 'sent' });
      return claimed;
    },
    finish: (id, _leaseId, change) => honest.finish(id, null, change),
  }),
  'skip-claim': (honest) => ({
    async claim(options) {
      const claimed = await honest.claim(options);
      for (const { row, leaseId } of claimed)
        await honest.finish(row.notificationId, leaseId, { ...changeOf(row), attempts: row.attempts + 1 });
      // However wild the sabotage, a run has to end.
      return claimed.filter(({ row }) => row.attempts < TRIES_MAX);
    },
    finish: (id, _leaseId, change) => honest.finish(id, null, change),
  }),
  'new-id-per-try': (honest) => ({
    async claim(options) {
      return (await honest.claim(options)).map(withIdOfTry);
    },
    finish: (id, leaseId, change) => honest.finish(id.split(TRY_MARK)[0] ?? id, leaseId, change),
  }),
  'keep-lease': (honest) => ({
    claim: (options) => honest.claim({ ...options, realNowMs: 0 }),
    finish: honest.finish,
  }),
};

const TRIES_MAX = 5;
const changeOf = ({ state, reason, changedAtMs, attempts }: NotificationRow) => ({
  ...{ state, reason, changedAtMs, attempts },
});
const TRY_MARK = '.try-';

const withIdOfTry = (claimed: ClaimedNotification): ClaimedNotification => ({
  ...claimed,
  row: {
    ...claimed.row,
    notificationId: `${claimed.row.notificationId}${TRY_MARK}${claimed.leaseId}`,
  },
});
