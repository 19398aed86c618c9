import { DIGEST } from '@outrider/domain';
import type { Expression, ExpressionBuilder, SqlBool } from 'kysely';
import type { Session } from './session.ts';
import type { AskedAlert, Notifications } from './state.ts';
import type { Tables } from './tables.ts';

type Build = ExpressionBuilder<Tables, 'notifications'>;

const SEVERITIES = ['info', 'warning', 'critical'] as const;
/** Held back for others' sake: without them it would have interrupted. */
const HELD_BACK = ['digest', 'flood', 'bundled', 'throttled'];
const OUT = ['waiting', 'sent', 'delivered', 'read'] as const;

/** What a person was asked about: many rows of one alert are one question. */
export function askedAlerts(session: Session): Pick<Notifications, 'listAsked'> {
  return {
    async listAsked(personId, sinceMs) {
      await session.enter(`asked/${personId}`);
      const found = await session
        .db()
        .selectFrom('notifications')
        .select((build) => [
          ...(['alertId', 'vehicleId', 'ruleId'] as const),
          build.fn.max(severityRank(build)).as('rank'),
          build.fn.max(build.case().when(isAsking(build)).then(askedAt(build)).end()).as('askedAtMs'),
          build.fn.max('expiresAtMs').as('expiresAtMs'),
          lastWhere(build, build('purpose', '=', 'resolve')).as('resolvedIn'),
          lastWhere(build, build('purpose', '!=', 'resolve')).as('toldIn'),
          build.fn.max(build.case().when('reason', '=', 'flood').then(1).else(0).end()).as('flood'),
        ])
        .where('personId', '=', personId)
        .where('createdAtMs', '>=', sinceMs)
        .where('ruleId', '!=', DIGEST)
        .groupBy(['alertId', 'vehicleId', 'ruleId'])
        .orderBy('askedAtMs')
        .orderBy('alertId')
        .execute();
      return found.flatMap(({ rank, askedAtMs, resolvedIn, toldIn, flood, ...alert }): AskedAlert[] =>
        askedAtMs === null
          ? []
          : [
              {
                ...alert,
                severity: SEVERITIES[Number(rank)] ?? 'critical',
                askedAtMs: Number(askedAtMs),
                expiresAtMs: Number(alert.expiresAtMs),
                isOver: resolvedIn !== null && Number(resolvedIn) > Number(toldIn ?? 0),
                isFlood: Number(flood) === 1,
              },
            ],
      );
    },
  };
}

const isAsking = (build: Build): Expression<SqlBool> =>
  build.and([
    build('purpose', '=', 'alert'),
    build.or([
      build.and([build('interrupts', '=', 1), build('state', 'in', OUT)]),
      build('reason', 'in', HELD_BACK),
    ]),
  ]);

/** A row that came to its turn and had to wait on was asked about then; any other when it may go out. */
const askedAt = (build: Build) =>
  build
    .case()
    .when(build.and([build('state', '=', 'waiting'), build('changedAtMs', '>', build.ref('createdAtMs'))]))
    .then(build.ref('changedAtMs'))
    .when('notBeforeMs', '>', build.ref('createdAtMs'))
    .then(build.ref('notBeforeMs'))
    .else(build.ref('createdAtMs'))
    .end();

const severityRank = (build: Build) =>
  build
    .case()
    .when('severity', '=', 'critical')
    .then(2)
    .when('severity', '=', 'warning')
    .then(1)
    .else(0)
    .end();

const lastWhere = (build: Build, condition: Expression<SqlBool>) =>
  build.fn.max(build.case().when(condition).then(build.ref('sequence')).end());
