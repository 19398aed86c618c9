import { notification } from '@outrider/domain';
import type { Channel } from '../channel.ts';
import { deliveryOf } from '../retry-class.ts';

const text = notification.pick({ title: true, body: true, spoken: true });

/**
 * The live feed: pages and apps that read `notifications.v1` through the api. Its record is written in the
 * same transaction that marks the row as sent (see outbox-worker.ts), so a message is on the feed exactly
 * when its row says so; all that can fail here is a text the record would not take.
 */
export function createFeed(): Channel {
  return {
    name: 'feed',
    reaches: () => true,
    async deliver({ title, body, spoken }) {
      return text.safeParse({ title, body, spoken }).success
        ? { kind: 'delivered' }
        : deliveryOf('permanent-request');
    },
    close: async () => {},
  };
}
