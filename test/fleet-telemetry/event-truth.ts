import { TESLA } from '@outrider/ingest';
import type { ExpectedLine, RecordedRecord } from './recordings.ts';
import type { Truth, Value } from './truth.ts';

// What must be stored of a car's alerts and errors, and of the server's word on its connection.

interface NamedTruth {
  readonly name: string;
  readonly truths: readonly Truth[];
}

export const eventsOf = (line: ExpectedLine): readonly NamedTruth[] => [
  ...(line.alerts ?? []).map((alert) => ({
    name: alert.name,
    truths: [
      exactly(`${TESLA}Alerts.${alert.name}`, {
        IsActive: (alert.endedAt ?? null) === null,
        Audiences: (alert.audiences ?? []).join('|'),
        StartedAt: instantOf(alert.startedAt),
        EndedAt: instantOf(alert.endedAt),
      }),
    ],
  })),
  ...(line.errors ?? []).map((error) => ({
    name: error.name,
    truths: [
      exactly(`${TESLA}Errors.${error.name}`, {
        Body: error.body ?? '',
        Tags: JSON.stringify(Object.fromEntries(Object.entries(error.tags ?? {}).toSorted())),
        CreatedAt: instantOf(error.createdAt),
      }),
    ],
  })),
];

export function connectivityOf(line: ExpectedLine, { headers }: RecordedRecord): readonly Truth[] {
  const truth = exactly(`${TESLA}Connectivity`, {
    Status: line.status,
    NetworkInterface: line.networkInterface ?? '',
    // What the car sent itself may have another id than the record.
    ConnectionId: (line.createdAt ?? null) === null ? headers.txid : undefined,
  });
  return (line.createdAt ?? null) === null ? [truth] : [withAny(truth, `${TESLA}Connectivity.ConnectionId`)];
}

/** Undefined as well for what is no moment: protobuf has such. */
const instantOf = (text: string | null | undefined): string | undefined => {
  const ms = Date.parse(text ?? '');
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
};

function exactly(at: string, members: Readonly<Record<string, Value | undefined>>): Truth {
  const names = Object.keys(members).filter((name) => members[name] !== undefined);
  return {
    paths: names.map((name) => `${at}.${name}`),
    isRight: (values) => names.every((name, index) => values[index] === members[name]),
  };
}

const withAny = (truth: Truth, path: string): Truth => ({
  paths: [...truth.paths, path],
  isRight: (values) => truth.isRight(values),
});
