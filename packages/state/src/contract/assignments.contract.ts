import { describe, expect, test } from 'vitest';
import type { Assignment, State } from '../state.ts';
import { person, vehicle } from './rows.ts';

/** Who has which part in a vehicle for a time. */
export function assignmentsContract(state: () => State): void {
  const shift = (change: Partial<Assignment> = {}): Assignment => ({
    assignmentId: 'asg_a',
    vehicleId: 'veh_aaaaaaaa',
    personId: 'per_aaaaaaaa',
    part: 'driver',
    keyId: 'key_a',
    fromMs: 100,
    toMs: 200,
    ...change,
  });
  const insert = async (...all: readonly Assignment[]) => {
    await state().people.insert(person());
    await state().people.insert(person({ personId: 'per_bbbbbbbb' }));
    await state().vehicles.insert(vehicle());
    await state().vehicles.insert(vehicle({ vehicleId: 'veh_bbbbbbbb' }));
    for (const one of all) await state().assignments.insert(one);
  };

  describe('assignments', () => {
    test('are found as inserted, by vehicle and by person, in order of their beginning', async () => {
      const late = shift({ assignmentId: 'asg_b', part: 'dispatcher', fromMs: 150, toMs: null });
      const others = shift({
        assignmentId: 'asg_c',
        vehicleId: 'veh_bbbbbbbb',
        personId: 'per_bbbbbbbb',
      });
      await insert(late, shift(), others);
      const { assignments } = state();
      expect(await assignments.find('asg_b')).toEqual(late);
      expect(await assignments.find('asg_x')).toBeUndefined();
      expect(await assignments.ofVehicles(['veh_aaaaaaaa', 'veh_unknown'])).toEqual([shift(), late]);
      expect(await assignments.ofPerson('per_aaaaaaaa', 199)).toEqual([shift(), late]);
      expect(await assignments.ofPerson('per_aaaaaaaa', 200)).toEqual([late]);
      expect(await assignments.ofPerson('per_x', 0)).toEqual([]);
    });

    test('one that ends before it begins is refused', async () => {
      await insert(shift({ toMs: 100 }));
      await expect(state().assignments.insert(shift({ assignmentId: 'asg_b', toMs: 99 }))).rejects.toThrow(
        RangeError,
      );
    });

    test.each([
      { name: 'within', toMs: 150, isEnded: true, endsAtMs: 150 },
      { name: 'before it began', toMs: 50, isEnded: true, endsAtMs: 100 },
      { name: 'when it is over', toMs: 200, isEnded: false, endsAtMs: 200 },
    ])('ended $name: $isEnded, and once only', async ({ toMs, isEnded, endsAtMs }) => {
      await insert(shift());
      expect(await state().assignments.end('asg_a', toMs)).toBe(isEnded);
      expect((await state().assignments.find('asg_a'))?.toMs).toBe(endsAtMs);
      expect(await state().assignments.end('asg_a', 200)).toBe(false);
      expect(await state().assignments.end('asg_x', 150)).toBe(false);
    });

    test('vehicles where one begins or ends: after is exclusive, up to is not', async () => {
      await insert(
        shift(),
        shift({ assignmentId: 'asg_b', vehicleId: 'veh_bbbbbbbb', fromMs: 200, toMs: null }),
      );
      const changing = (afterMs: number, upToMs: number) =>
        state().assignments.vehiclesChanging(afterMs, upToMs);
      expect(await changing(99, 100)).toEqual(['veh_aaaaaaaa']);
      expect(await changing(100, 199)).toEqual([]);
      expect(await changing(199, 200)).toEqual(['veh_aaaaaaaa', 'veh_bbbbbbbb']);
      expect(await changing(0, 1_000)).toEqual(['veh_aaaaaaaa', 'veh_bbbbbbbb']);
      expect(await changing(200, 1_000)).toEqual([]);
    });

    test('what is long over is removed, and all of one ownership', async () => {
      const open = shift({ assignmentId: 'asg_b', keyId: 'key_b', toMs: null });
      await insert(shift(), open);
      const ids = async () =>
        (await state().assignments.ofVehicles(['veh_aaaaaaaa'])).map(({ assignmentId }) => assignmentId);
      await state().assignments.removeOver('veh_aaaaaaaa', 200);
      expect(await ids()).toEqual(['asg_a', 'asg_b']);
      await state().assignments.removeOver('veh_aaaaaaaa', 201);
      expect(await ids()).toEqual(['asg_b']);
      await state().assignments.removeOfKey('key_b');
      expect(await ids()).toEqual([]);
    });
  });
}
