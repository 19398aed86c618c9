import { type ConnectorStandard, connectorStandard } from '@outrider/domain';
import { fastsim } from './cars/fastsim.ts';
import { generic } from './cars/generic.ts';
import { hatchbacks } from './cars/hatchbacks.ts';
import { tesla } from './cars/tesla.ts';
import { type VehicleModel, vehicleModelSchema } from './vehicle-model.ts';

/** Every car we know, checked when the program starts. */
export const catalogue: readonly VehicleModel[] = [...tesla, ...hatchbacks, ...fastsim, ...generic].map(
  (record) => vehicleModelSchema.parse(record),
);

const byId = new Map(catalogue.map((model) => [model.modelId, model]));

/** The model with this id, or undefined: the caller decides which generic car stands in. */
export function vehicleModel(modelId: string): VehicleModel | undefined {
  return byId.get(modelId);
}

/** A car whose model nobody catalogued is forecast as a large one: wrong on the side of warning. */
const UNKNOWN_MODEL = 'generic-suv';

export const modelOf = (modelId: string): VehicleModel => {
  const model = vehicleModel(modelId) ?? vehicleModel(UNKNOWN_MODEL);
  if (model === undefined) throw new Error(`the catalogue has no ${UNKNOWN_MODEL}`);
  return model;
};

const known: ReadonlySet<string> = new Set(connectorStandard.options);

/** Plugs a model takes, adapters included; none for a model nobody knows. */
export function plugsOf(modelId: string): ReadonlySet<ConnectorStandard> {
  const connectors = vehicleModel(modelId)?.connectors ?? [];
  return new Set(connectors.filter((name): name is ConnectorStandard => known.has(name)));
}
