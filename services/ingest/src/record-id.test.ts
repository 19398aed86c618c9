import { SIGNAL } from '@outrider/domain';
import { contentId } from '@outrider/runtime';
import { expect, it } from 'vitest';
import type { Frame } from './format.ts';
import { recordIdOf } from './record-id.ts';

const frame: Frame = {
  ...{ observedAtMs: 1_768_464_000_123, seq: 7, quality: {} },
  values: {
    ...{ [SIGNAL.speed]: 88.5, [SIGNAL.isCharging]: false, [SIGNAL.power]: -1.5e-7, [SIGNAL.longitude]: 25 },
    ...{ [SIGNAL.latitude]: 55, text: 'say "é"\n' },
  },
  cleared: ['b', 'a'],
};

it('is the id that processes of an earlier release give', () => {
  const { values } = frame;
  const said = [
    [SIGNAL.latitude],
    [SIGNAL.longitude],
    ...[SIGNAL.power, SIGNAL.isCharging, SIGNAL.speed, 'text'].map((path) => [path, values[path]]),
  ].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
  const expected = contentId('veh_1', frame.observedAtMs, 7, JSON.stringify([said, ['a', 'b']]));
  expect(recordIdOf('veh_1', frame)).toBe(expected);
});

it('is another one for another value, and the same for another place', () => {
  const id = recordIdOf('veh_1', frame);
  const but = (values: Frame['values']) =>
    recordIdOf('veh_1', { ...frame, values: { ...frame.values, ...values } });
  expect(but({ [SIGNAL.speed]: 88 })).not.toBe(id);
  expect(but({ [SIGNAL.latitude]: 56 })).toBe(id);
});
