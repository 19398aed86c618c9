import type { ChannelName, Part } from '@outrider/domain';
import type { Contact } from './contact-records.ts';

// People, cars and who owns them; written by the api.

export interface Person {
  readonly personId: string;
  readonly name: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly webhookUrl: string | null;
  /** Standard Webhooks secret `whsec_…`. */
  readonly webhookSecret: string | null;
  readonly language: string;
  readonly units: 'metric' | 'imperial';
  /** IANA name. */
  readonly timeZone: string;
  /** Local minutes after midnight; null = none. */
  readonly quietFromMinute: number | null;
  readonly quietToMinute: number | null;
  /** Channels the person switched on, best first. */
  readonly channels: readonly ChannelName[];
  /** Addresses that they proved to be theirs; absent = none. */
  readonly contacts?: readonly Contact[];
  readonly createdAtMs: number;
}

export interface People {
  insert(person: Omit<Person, 'contacts'>): Promise<void>;
  update(
    personId: string,
    change: Partial<Omit<Person, 'personId' | 'contacts' | 'createdAtMs'>>,
  ): Promise<boolean>;
  /** With the person’s contacts. */
  find(personId: string): Promise<Person | undefined>;
  /** Ids of everybody who gave this e-mail address, in whatever case, oldest first. */
  idsOfEmail(email: string): Promise<readonly string[]>;
}

export interface Vehicle {
  readonly vehicleId: string;
  readonly label: string;
  /** Catalogue id of packages/energy. */
  readonly modelId: string;
  /** Personal; only here. */
  readonly vin: string | null;
  /** Sealed `{lat, lon}` of home, or null. */
  readonly homeSealed: { readonly keyId: string; readonly box: string } | null;
  readonly reserveSocPct: number;
  readonly createdAtMs: number;
  /** Its owner counts it to; absent or null: none. */
  readonly fleet?: string | null;
  /** Made up by a simulation; absent: a real car. Said once, when it is registered. */
  readonly isSynthetic?: true;
  /** Every rule is tried on it; absent: it is no canary. Said once, too. */
  readonly isCanary?: true;
}

/** Vehicle × owner × from–to. Data of a period belongs to its owner alone. */
export interface Ownership {
  readonly vehicleId: string;
  readonly personId: string;
  readonly keyId: string;
  readonly fromMs: number;
  /** Exclusive; null = still. */
  readonly toMs: number | null;
}

export interface Vehicles {
  insert(vehicle: Vehicle): Promise<void>;
  update(
    vehicleId: string,
    change: Partial<Omit<Vehicle, 'vehicleId' | 'createdAtMs' | 'isSynthetic' | 'isCanary'>>,
  ): Promise<boolean>;
  find(vehicleId: string): Promise<Vehicle | undefined>;
  /** Those that somebody owns then, without synthetic ones. */
  countOwned(atMs: number): Promise<number>;
  /** Of every car that is of one. */
  fleets(): Promise<ReadonlyMap<string, string>>;
  /** All vehicles, by id, after `afterId`. */
  list(afterId: string, limit: number): Promise<readonly Vehicle[]>;
  listOf(personId: string, atMs: number): Promise<readonly Vehicle[]>;
  /** @throws OwnershipOverlap when somebody owns the vehicle during part of that period. */
  insertOwnership(ownership: Ownership): Promise<void>;
  /** Ends the period that is still open; false when this person has none, or it begins after `toMs`. */
  endOwnership(vehicleId: string, personId: string, toMs: number): Promise<boolean>;
  ownerships(vehicleIds: readonly string[]): Promise<readonly Ownership[]>;
}

/** Who has which part in a vehicle for a time; it ends with the ownership it was made under. */
export interface Assignment {
  readonly assignmentId: string;
  readonly vehicleId: string;
  readonly personId: string;
  readonly part: Part;
  /** Of the ownership it was made under. */
  readonly keyId: string;
  readonly fromMs: number;
  /** Exclusive; null = until somebody ends it. */
  readonly toMs: number | null;
}

export interface Assignments {
  insert(assignment: Assignment): Promise<void>;
  find(assignmentId: string): Promise<Assignment | undefined>;
  /** Ends it at `toMs`, or where it begins when that is later; false when it is over by then, or unknown. */
  end(assignmentId: string, toMs: number): Promise<boolean>;
  /** By their beginning. */
  ofVehicles(vehicleIds: readonly string[]): Promise<readonly Assignment[]>;
  /** Those that are not over at `atMs`, by their beginning. */
  ofPerson(personId: string, atMs: number): Promise<readonly Assignment[]>;
  /** Vehicles where one begins or ends after `afterMs` and not after `upToMs`. */
  vehiclesChanging(afterMs: number, upToMs: number): Promise<readonly string[]>;
  /** Of a vehicle: what was over before `beforeMs`. */
  removeOver(vehicleId: string, beforeMs: number): Promise<void>;
  /** All that were made under one ownership. */
  removeOfKey(keyId: string): Promise<void>;
}
