import type { Metrics } from '@outrider/runtime';
import type { FastifyReply } from 'fastify';
import type { Sent } from './live/feed.ts';

export interface ApiMetrics {
  countRequest(method: string, route: string | undefined, reply: FastifyReply): void;
  countSent(result: Sent): void;
}

/** Labels are routes as declared and classes of status: never an id. */
export function createApiMetrics(metrics: Metrics): ApiMetrics {
  const requests = metrics.counter('api_requests_total', 'Requests answered.', ['method', 'route', 'status']);
  const seconds = metrics.histogram(
    'api_request_duration_seconds',
    'Time to answer a request.',
    [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30],
    ['route'],
  );
  const messages = metrics.counter(
    'api_live_messages_total',
    'Messages for live feeds, by what became of them.',
    ['result'],
  );
  return {
    countRequest(method, route = 'none', reply) {
      requests.inc({ method, route, status: `${Math.floor(reply.statusCode / 100)}xx` });
      seconds.observe({ route }, reply.elapsedTime / 1_000);
    },
    countSent: (result) => messages.inc({ result }),
  };
}
