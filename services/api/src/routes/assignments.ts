import { recordKey, vehicleId } from '@outrider/domain';
import type { State } from '@outrider/state';
import { z } from 'zod';
import { actorOf } from '../access.ts';
import type { ApiContext } from '../context.ts';
import { ROLES } from '../credentials.ts';
import { ApiError, notFound } from '../errors.ts';
import { type ApiServer, answers, principalOf } from '../server.ts';
import { assignmentView, newAssignment, ownAssignmentView, viewAssignment } from '../shapes/assignments.ts';
import { noContent, vehicleParams } from '../shapes/fields.ts';

const list = z.strictObject({ assignments: z.array(assignmentView) });
const ownList = z.strictObject({ assignments: z.array(ownAssignmentView) });
const oneOfVehicle = z.strictObject({ vehicleId, assignmentId: recordKey });
const oneOfMine = z.strictObject({ assignmentId: recordKey });

/** Who may give and end parts: the car's owner, and operators of cars whose owner wants to be warned. */
const ASSIGNER_ROLES = ['driver', 'operator'] as const;
/** Parts in one car that are not over: a year of shifts. */
const ASSIGNMENTS_MAX = 1_000;

/** Who has which part in a car for a time, and so is told of its warnings. */
export function assignmentRoutes(server: ApiServer, context: ApiContext): void {
  assignRoute(server, context);
  listRoute(server, context);
  endRoute(server, context);
  ownRoutes(server, context);
}

function assignRoute(server: ApiServer, context: ApiContext): void {
  server.post(
    '/v1/vehicles/:vehicleId/assignments',
    {
      config: { roles: ASSIGNER_ROLES },
      schema: {
        tags: ['assignments'],
        summary: 'Give somebody a part in the car for a time',
        description:
          'While somebody is its `driver`, warnings go to them and not to its owner. It ends with the ownership.',
        params: vehicleParams,
        body: newAssignment,
        response: answers({ 201: assignmentView }),
      },
    },
    async (request, reply) => {
      const principal = principalOf(request);
      const owned = await context.access.assign(principal, request.params.vehicleId);
      const nowMs = context.eventClock.nowMs();
      const { personId, part, from = nowMs, to = null } = request.body;
      const fromMs = Math.max(from, nowMs);
      if (to !== null && to <= fromMs) throw wrong('to', 'is not after its beginning and now');
      const made = await context.state.transaction(async (tx) => {
        if ((await tx.people.find(personId)) === undefined) throw wrong('personId', 'is nobody here');
        await refuseTooMany(tx, owned.vehicleId, nowMs);
        const wanted = { vehicleId: owned.vehicleId, personId, part, fromMs, toMs: to };
        return context.trust.assign({ ...wanted, actor: actorOf(principal) });
      });
      if (made === undefined) throw notFound();
      context.rightsChanged(personId);
      return reply.code(201).send(viewAssignment(made));
    },
  );
}

async function refuseTooMany(tx: State, vehicleId: string, nowMs: number): Promise<void> {
  const all = await tx.assignments.ofVehicles([vehicleId]);
  const open = all.filter(({ toMs }) => toMs === null || toMs > nowMs);
  if (open.length >= ASSIGNMENTS_MAX) throw wrong('part', `the car has ${ASSIGNMENTS_MAX} to come already`);
}

const wrong = (path: string, message: string): ApiError =>
  new ApiError('invalid', 'The body is not as documented.', [{ path, message }]);

function listRoute(server: ApiServer, { access, state, eventClock }: ApiContext): void {
  server.get(
    '/v1/vehicles/:vehicleId/assignments',
    {
      config: { roles: ASSIGNER_ROLES },
      schema: {
        tags: ['assignments'],
        summary: 'Who has a part in the car now or later',
        params: vehicleParams,
        response: answers({ 200: list }),
      },
    },
    async (request) => {
      const owned = await access.assign(principalOf(request), request.params.vehicleId);
      const nowMs = eventClock.nowMs();
      const all = await state.assignments.ofVehicles([owned.vehicleId]);
      const open = all.filter(({ keyId, toMs }) => keyId === owned.keyId && (toMs === null || toMs > nowMs));
      return { assignments: open.map(viewAssignment) };
    },
  );
}

function endRoute(server: ApiServer, context: ApiContext): void {
  server.delete(
    '/v1/vehicles/:vehicleId/assignments/:assignmentId',
    {
      config: { roles: ASSIGNER_ROLES },
      schema: {
        tags: ['assignments'],
        summary: 'End somebody’s part in the car now',
        params: oneOfVehicle,
        response: answers({ 204: noContent }),
      },
    },
    async (request, reply) => {
      const principal = principalOf(request);
      const { assignmentId } = request.params;
      const owned = await context.access.assign(principal, request.params.vehicleId);
      const found = await context.state.assignments.find(assignmentId);
      if (found === undefined || found.keyId !== owned.keyId) throw notFound();
      const end = { vehicleId: owned.vehicleId, assignmentId, actor: actorOf(principal) };
      if (!(await context.trust.endAssignment(end))) throw notFound();
      context.rightsChanged(found.personId);
      return reply.code(204).send();
    },
  );
}

function ownRoutes(server: ApiServer, context: ApiContext): void {
  const { state, eventClock, trust } = context;
  server.get(
    '/v1/people/me/assignments',
    {
      config: { roles: ROLES },
      schema: {
        tags: ['assignments'],
        summary: 'Cars I have a part in, now or later',
        response: answers({ 200: ownList }),
      },
    },
    async (request) => {
      const mine = await state.assignments.ofPerson(principalOf(request).personId, eventClock.nowMs());
      const views = [];
      for (const one of mine) {
        const { personId: _, ...view } = viewAssignment(one);
        views.push({ ...view, label: (await state.vehicles.find(one.vehicleId))?.label ?? '' });
      }
      return { assignments: views };
    },
  );

  server.delete(
    '/v1/people/me/assignments/:assignmentId',
    {
      config: { roles: ROLES },
      schema: {
        tags: ['assignments'],
        summary: 'Give a part back: tell me of that car no more',
        params: oneOfMine,
        response: answers({ 204: noContent }),
      },
    },
    async (request, reply) => {
      const principal = principalOf(request);
      const found = await state.assignments.find(request.params.assignmentId);
      if (found === undefined || found.personId !== principal.personId) throw notFound();
      const { vehicleId, assignmentId } = found;
      if (!(await trust.endAssignment({ vehicleId, assignmentId, actor: actorOf(principal) })))
        throw notFound();
      context.rightsChanged(principal.personId);
      return reply.code(204).send();
    },
  );
}
