import { part, personId, recordKey, vehicleId } from '@outrider/domain';
import type { Assignment } from '@outrider/state';
import { z } from 'zod';
import { instant, iso, isoOr, isoText } from './fields.ts';

export const newAssignment = z.strictObject({
  personId: personId.describe('Who gets the part; somebody who is here already.'),
  part,
  from: instant.optional().describe('Absent, or earlier than now: from now on.'),
  to: instant.optional().describe('Exclusive. Absent: until somebody ends it.'),
});

export const assignmentView = z.strictObject({
  assignmentId: recordKey,
  vehicleId,
  personId,
  part,
  from: isoText,
  to: isoText.nullable(),
});
/** What the person themselves sees. */
export const ownAssignmentView = assignmentView
  .omit({ personId: true })
  .extend({ label: z.string().describe('What its owner calls the car.') });

export const viewAssignment = (one: Assignment): z.infer<typeof assignmentView> => ({
  assignmentId: one.assignmentId,
  vehicleId: one.vehicleId,
  personId: one.personId,
  part: one.part,
  from: iso(one.fromMs),
  to: isoOr(one.toMs, null),
});
