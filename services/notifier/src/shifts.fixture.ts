import type { Alert, Part } from '@outrider/domain';
import { alertOf, DRIVER, driver, type Rig, VEHICLE } from './notifier.fixture.ts';

// People with a part in the car, beside its owner, and alerts as the predictor keeps them.

/** Somebody who can be reached by feed and e-mail. */
export const addPerson = (rig: Rig, personId: string): Promise<void> =>
  rig.state.people.insert({ ...driver, personId, email: `${personId}@example.org` });

/** Gives a part in the car; `toMs` null: until it is ended. */
export async function assign(
  rig: Rig,
  personId: string,
  part: Part,
  fromMs: number,
  toMs: number | null = null,
): Promise<string> {
  const made = await rig.trust.assign({ vehicleId: VEHICLE, personId, part, fromMs, toMs, actor: 'test' });
  if (made === undefined) throw new Error('nobody owns the car then');
  return made.assignmentId;
}

/** The alert as it stands in the state store, beside its record on the bus. */
export async function keepAlert(rig: Rig, change: Partial<Alert> = {}): Promise<void> {
  const one = alertOf(change);
  await rig.trust.prepare([VEHICLE]);
  const { keyId, box } = rig.trust.seal(VEHICLE, one.changedAtMs, Buffer.from(JSON.stringify(one)));
  const { alertId, vehicleId, revision, ruleId, subject, state, severity } = one;
  const { startedAtMs, changedAtMs, expiresAtMs } = one;
  const previous = await rig.state.predictor.readCheckpoint(0);
  const generation = (previous?.generation ?? 0) + 1;
  const isWritten = await rig.state.predictor.writeCheckpoint({
    partition: 0,
    previous,
    next: { partition: 0, generation, offsets: new Map(), savedAtMs: startedAtMs },
    ...{ vehicles: [], outbox: [], labels: [] },
    alerts: [
      {
        ...{ alertId, vehicleId, revision, ruleId, subject, state, severity },
        ...{ startedAtMs, changedAtMs, expiresAtMs, keyId, box: Buffer.from(box).toString('base64url') },
      },
    ],
  });
  if (!isWritten) throw new Error('the checkpoint was not written');
}

/** Rows as `person channel purpose state reason`, the owner called so. */
export const toldTo = async (rig: Rig): Promise<readonly string[]> =>
  (await rig.rows()).map((row) =>
    [row.personId === DRIVER ? 'owner' : row.personId, row.channel, row.purpose, row.state, row.reason]
      .filter((one) => one !== null)
      .join(' '),
  );
