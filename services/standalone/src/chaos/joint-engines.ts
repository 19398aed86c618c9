import { join } from 'node:path';
import { type JointBus, openJointBus } from '@outrider/bus';
import type { Clock, Log } from '@outrider/runtime';
import { openState } from '@outrider/state';
import { openTelemetry } from '@outrider/telemetry';
import type { OpenEngines } from '../compose.ts';

/** One car needs no more, and each is looked at whenever somebody wrote. */
const PARTITIONS = 4;

/** The engines of one folder, beside other processes that have them open: SQLite takes one writer after the other. */
export async function openJointEngines(
  folder: string,
  clocks: { readonly eventClock: Clock; readonly realClock: Clock },
  log: Log,
): Promise<OpenEngines & { readonly bus: JointBus }> {
  const url = (name: string): string => `sqlite:${join(folder, `${name}.db`)}`;
  const { eventClock: clock, realClock } = clocks;
  return {
    bus: await openJointBus(url('bus'), { clock, realClock, log, partitions: PARTITIONS }),
    telemetry: await openTelemetry(url('telemetry'), { log }),
    state: await openState(url('state'), { log, realClock }),
  };
}
