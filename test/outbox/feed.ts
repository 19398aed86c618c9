import { type Bus, decodeRecord, TOPICS } from '@outrider/bus';
import type { FullTrust } from '@outrider/trust';
import type { Copy } from './promises.ts';

/** The cards that readers of `notifications.v1` were given. */
export async function readFeed(
  bus: Bus,
  trust: FullTrust,
  vehicleIds: readonly string[],
): Promise<readonly Copy[]> {
  const feed: Copy[] = [];
  await trust.prepare(vehicleIds);
  const reading = await bus.broadcast({
    topics: [TOPICS.notifications.name],
    start: 'earliest',
    async handle({ records }) {
      for (const record of records) {
        const decoded = decodeRecord(TOPICS.notifications, record, trust.reader('show_driver'));
        if (decoded.kind !== 'record' || decoded.record.channel !== 'feed') continue;
        const { alertId, personId = 'nobody', notificationId, state } = decoded.record;
        const card = { alertId, personId, channel: 'feed' as const };
        if (state === 'sent') feed.push({ ...card, collapseKey: notificationId, life: 0 });
      }
    },
  });
  await reading.caughtUp;
  await reading.stop();
  return feed;
}
