import { describe, expect, test } from 'vitest';
import { compare } from './compare.ts';
import { decodeAll } from './decode-all.ts';
import { readFixtures } from './fixture-recordings.ts';
import { vinsIn } from './recordings.ts';
import { SABOTAGES } from './sabotage.ts';

const recordings = readFixtures();
const all = vinsIn(recordings);
const CLEAN = { missing: [], wrong: [], extra: [] };

for (const encoding of ['proto', 'json'])
  describe(encoding, () => {
    const decoded = (allowed = all) => decodeAll(recordings.records.get(encoding) ?? [], allowed);

    test('nothing is missing, wrong or extra', () => {
      const { data, ...faults } = compare({ recordings, encoding, ...decoded(), allowed: all });
      expect(faults).toEqual(CLEAN);
      const sent = recordings.expected.filter(({ records }) => records[encoding] !== undefined);
      expect(data.length).toBeGreaterThan(sent.reduce((sum, line) => sum + (line.data ?? []).length, 0));
    });

    test('without one car exactly its records are refused', () => {
      for (const without of all) {
        const allowed = new Set([...all].filter((vin) => vin !== without));
        const { data, ...faults } = compare({ recordings, encoding, ...decoded(allowed), allowed });
        expect(faults).toEqual(CLEAN);
        expect(data.some(({ reason }) => reason === 'identity')).toBe(true);
      }
    });

    test('a car that came in although it may not is found, and one that should have', () => {
      const allowed = new Set([...all].slice(1));
      const letIn = compare({ recordings, encoding, ...decoded(all), allowed });
      expect(letIn.missing.length).toBeGreaterThan(0);
      expect(letIn.extra.length).toBeGreaterThan(0);
      const keptOut = compare({ recordings, encoding, ...decoded(allowed), allowed: all });
      expect(keptOut.missing.length).toBeGreaterThan(0);
      expect(keptOut.wrong.length).toBeGreaterThan(0);
    });

    for (const [name, sabotage] of Object.entries(SABOTAGES))
      test(`${name} is found`, () => {
        const { missing, wrong, extra } = compare({
          ...{ recordings, encoding, allowed: all },
          ...sabotage(decoded()),
        });
        expect(missing.length + wrong.length + extra.length).toBeGreaterThan(0);
      });

    test('one line per datum says where it is and in which unit, or why it was refused', () => {
      const { data } = compare({ recordings, encoding, ...decoded(), allowed: all });
      const of = (n: number) => data.filter((one) => one.n === n);
      expect(of(828)).toEqual([
        {
          ...{ n: 828, field: 'EnergyRemaining', unit: 'kWh', value: 41 },
          path: 'Vehicle.Powertrain.TractionBattery.StateOfCharge.CurrentEnergy',
          observedAt: expect.stringMatching(/^2026-11-22T07:12:/),
        },
      ]);
      expect(of(873)).toEqual([{ n: 873, field: 'Soc', reason: 'unreadable' }]);
      expect(of(990)).toEqual([{ n: 990, reason: 'type' }]);
      expect(of(983)).toEqual([{ n: 983, field: 'Soc', reason: 'time' }]);
      expect(of(964).map(({ reason, value }) => reason ?? value)).toEqual([50, 51, 'invalid: carry']);
    });
  });
