import type { Metrics } from '@outrider/runtime';

/** What the bus counts; nothing without metrics. */
export function createBusCounters(metrics: Metrics | undefined) {
  return {
    published: metrics?.counter('bus_records_published_total', 'Records taken durably.'),
    failures: metrics?.counter(
      'bus_write_failures_total',
      'Commits of the log that failed; nothing of them was acknowledged.',
    ),
    handleFailures: metrics?.counter(
      'bus_handle_failures_total',
      'Batches a subscriber failed to handle; they come again.',
    ),
    skipped: metrics?.counter(
      'bus_records_skipped_total',
      'Records deleted by retention before a subscriber read them.',
      ['topic'],
    ),
    resent: metrics?.counter(
      'bus_records_resent_total',
      'Records that a call left without answer because a leader moved; they went again.',
    ),
    crashes: metrics?.counter('bus_consumer_crashes_total', 'Consumers that gave up and were built again.'),
    deleted: metrics?.counter('bus_records_deleted_total', 'Records deleted by retention and compaction.'),
  };
}
