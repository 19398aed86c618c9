import { expect, test } from 'vitest';
import { catalogue, vehicleModel } from './catalogue.ts';
import { ROLLING } from './features.ts';
import { priorFor } from './prior.ts';
import { sourcedFields } from './vehicle-model.ts';

test('every field of every car says where it is from, and what is only recalled says so', () => {
  for (const { modelId, sources } of catalogue)
    for (const field of sourcedFields) {
      const source: string | undefined = sources[field];
      expect({ modelId, field, source }).toEqual({ modelId, field, source: expect.stringMatching(/\w/) });
      if (source?.includes('recalled')) expect(source).toContain('check before quoting');
    }
});

test('a label stands only where a source for it does', () => {
  for (const { modelId, labelWhPerKm, sources } of catalogue)
    expect({ modelId, isLabelled: labelWhPerKm !== null }).toEqual({
      modelId,
      isLabelled: /EPA/.test(sources.labelWhPerKm ?? ''),
    });
});

test('cars are plausible: drag, label and pack give a range that cars have', () => {
  for (const model of catalogue) {
    const { theta } = priorFor(model);
    expect(theta[ROLLING]).toBeGreaterThan(0);
    const dragAreaM2 = model.dragCoefficient * model.frontalAreaM2;
    expect(dragAreaM2).toBeGreaterThan(0.5);
    expect(dragAreaM2).toBeLessThan(1.6);
    const wallWhPerKm = model.labelWhPerKm ?? 180;
    const rangeKm = (1000 * model.usableKwh) / (0.88 * wallWhPerKm);
    expect({ modelId: model.modelId, rangeKm }).toMatchObject({
      rangeKm: expect.toSatisfy((km) => km > 85 && km < 620),
    });
  }
});

test('a car of two markets has the plugs of each, and nothing else differs', () => {
  const europe = vehicleModel('volvo-xc40-recharge-2022');
  const america = vehicleModel('volvo-xc40-recharge-2022-us');
  expect(europe?.connectors).toContain('IEC_62196_T2_COMBO');
  expect(america?.connectors).toEqual(['IEC_62196_T1', 'IEC_62196_T1_COMBO']);
  expect({ ...america, modelId: '', name: '', connectors: [] }).toEqual({
    ...{ ...europe, modelId: '', name: '', connectors: [] },
  });
});
