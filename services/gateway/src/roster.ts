/** Who is connected, by vehicle, oldest first. */
export interface Roster<T> {
  add(vehicleId: string, member: T): void;
  remove(vehicleId: string, member: T): void;
  of(vehicleId: string): readonly T[];
  all(): Iterable<T>;
  readonly size: number;
}

export function createRoster<T>(): Roster<T> {
  const members = new Set<T>();
  const byVehicle = new Map<string, T[]>();
  return {
    add(vehicleId, member) {
      members.add(member);
      const own = byVehicle.get(vehicleId);
      if (own === undefined) byVehicle.set(vehicleId, [member]);
      else own.push(member);
    },
    remove(vehicleId, member) {
      if (!members.delete(member)) return;
      const left = (byVehicle.get(vehicleId) ?? []).filter((one) => one !== member);
      if (left.length === 0) byVehicle.delete(vehicleId);
      else byVehicle.set(vehicleId, left);
    },
    of: (vehicleId) => byVehicle.get(vehicleId) ?? [],
    all: () => members,
    get size() {
      return members.size;
    },
  };
}
