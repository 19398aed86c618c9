import type { Scope, Subject } from '../rule.ts';
import type { Situation } from '../situation.ts';
import { chargerSubjects } from './charger.ts';
import { chargingSubjects } from './charging.ts';
import { parkedSubjects } from './parked.ts';
import { stopSubjects } from './stop.ts';
import { tyreSubjects } from './tyre.ts';
import { vehicleSubjects } from './vehicle.ts';

/** Every scope's facts. A new scope is a file beside this, its test, and a line here. */
export const subjectsOf: Readonly<Record<Scope, (situation: Situation) => readonly Subject[]>> = {
  stop: stopSubjects,
  charger: chargerSubjects,
  charging: chargingSubjects,
  parked: parkedSubjects,
  vehicle: vehicleSubjects,
  tyre: tyreSubjects,
};

export { factCatalogue } from './catalogue.ts';
