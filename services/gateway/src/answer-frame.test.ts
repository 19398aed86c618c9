import { FRAME_BYTES_MAX } from '@outrider/domain';
import { describe, expect, test } from 'vitest';
import { consent, follow, say } from './commands.fixture.ts';
import { CAR_A, CAR_B, until, withGateway } from './gateway.fixture.ts';
import { willingCar } from './willing-car.fixture.ts';

const rows: readonly { name: string; frame: unknown; verdict: object }[] = [
  {
    name: 'to a command nobody gave',
    frame: { id: 1, answer: { command: 'cmd-9', state: 'accepted' } },
    verdict: { id: 1, refused: 'unknown-command' },
  },
  {
    name: 'to another car’s command',
    frame: { id: 1, answer: { command: 'cmd-other', state: 'done' } },
    verdict: { id: 1, refused: 'unknown-command' },
  },
  {
    name: 'with a word that is not the car’s to say',
    frame: { id: 1, answer: { command: 'cmd-1', state: 'expired' } },
    verdict: { id: 1, refused: 'bad-shape' },
  },
  {
    name: 'with a field too many',
    frame: { id: 1, signals: {}, answer: { command: 'cmd-1', state: 'done' } },
    verdict: { id: 1, refused: 'bad-shape' },
  },
  {
    name: 'with a reason of 201 characters',
    frame: { id: 1, answer: { command: 'cmd-1', state: 'refused', reason: 'x'.repeat(201) } },
    verdict: { id: 1, refused: 'bad-shape' },
  },
  {
    name: 'with a reason of 200 characters',
    frame: { id: 1, answer: { command: 'cmd-1', state: 'refused', reason: 'x'.repeat(200) } },
    verdict: { id: 1, ack: true },
  },
  {
    name: 'with an id that cannot be given back',
    frame: { id: {}, answer: { command: 'cmd-1', state: 'done' } },
    verdict: { refused: 'bad-shape' },
  },
  { name: 'that is none', frame: { id: 1, answer: 7 }, verdict: { id: 1, refused: 'bad-shape' } },
  {
    name: 'in a frame that is too large',
    frame: { id: 1, answer: { command: 'x'.repeat(FRAME_BYTES_MAX), state: 'done' } },
    verdict: { refused: 'too-large' },
  },
  {
    name: 'said by post',
    frame: { id: 'p', answer: { command: 'cmd-1', state: 'done' } },
    verdict: { id: 'p', ack: true },
  },
];

describe('an answer', () => {
  test.each(rows)('$name', ({ frame, verdict }) =>
    withGateway(async (bed) => {
      await say(bed);
      await say(bed, { commandId: 'cmd-other', vehicleId: CAR_B });
      await until(() => bed.gateway.isIdle());
      const response = await fetch(`${bed.url}/v1/frames`, {
        method: 'POST',
        headers: { authorization: `Bearer ${await bed.token(CAR_A)}` },
        body: JSON.stringify({ frames: [frame] }),
      });
      const { verdicts } = (await response.json()) as { readonly verdicts: readonly unknown[] };
      expect(verdicts).toEqual([expect.objectContaining(verdict)]);
    }),
  );

  test('given twice is written once', () =>
    withGateway(async (bed) => {
      await consent(bed, true);
      const step = await follow(bed.log);
      const car = willingCar(() => bed.eventClock.nowMs());
      await car.connect(bed, await bed.token(CAR_A));
      await say(bed);
      await until(() => step()?.state === 'accepted' && bed.gateway.isIdle());
      const written = bed.published.length;
      car.say('cmd-1', 'accepted');
      await until(() => car.verdicts.length === 2);
      expect(car.verdicts[1]).toEqual({ id: 'cmd-1 accepted', ack: true });
      expect(bed.published).toHaveLength(written);
    }));
});
