import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ASKED, consent, follow, say } from './commands.fixture.ts';
import { CAR_A, CAR_B, connectCar, START_MS, type Testbed, until, withGateway } from './gateway.fixture.ts';
import { willingCar } from './willing-car.fixture.ts';

const newCar = (bed: Testbed) => willingCar(() => bed.eventClock.nowMs());

async function onEachLog(play: (bed: Testbed) => Promise<void>, kind: string): Promise<void> {
  if (kind === 'memory') return withGateway(play);
  const folder = await mkdtemp(join(tmpdir(), 'outrider-commands-'));
  await withGateway(play, {}, `sqlite:${join(folder, 'bus.db')}`);
  await rm(folder, { recursive: true });
}

describe.each(['memory', 'sqlite'])('with the log in %s', (kind) => {
  test('a connected car is told, answers, and the log has each step', () =>
    onEachLog(async (bed) => {
      await consent(bed, true);
      const step = await follow(bed.log);
      const car = newCar(bed);
      await car.connect(bed, await bed.token(CAR_A));
      await say(bed);
      await until(() => step()?.state === 'accepted');
      expect(car.told).toEqual([
        {
          command: {
            ...{ id: 'cmd-1', kind: 'precondition-battery', minutes: 14 },
            expiresAt: '2026-01-15T08:10:00.000Z',
          },
        },
      ]);
      car.say('cmd-1', 'started');
      await until(() => step()?.state === 'started');
      car.say('cmd-1', 'failed', 'the heater has a fault');
      await until(() => step()?.state === 'failed');
      expect(step()).toEqual({
        ...ASKED,
        state: 'failed',
        changedAtMs: START_MS,
        reason: 'the heater has a fault',
      });
      expect(car.verdicts).toEqual([
        { id: 'cmd-1 accepted', ack: true },
        { id: 'cmd-1 started', ack: true },
        { id: 'cmd-1 failed', ack: true },
      ]);
    }, kind));

  test('a gateway that dies between handing over and the answer loses nothing and begins nothing twice', () =>
    onEachLog(async (bed) => {
      await consent(bed, true);
      const step = await follow(bed.log);
      const car = newCar(bed);
      const token = await bed.token(CAR_A);
      bed.bus.isDown = true;
      const first = await car.connect(bed, token);
      await say(bed);
      // The car has begun, and nobody takes its answer.
      await until(() => car.verdicts.length === 1);
      expect(car.verdicts[0]).toMatchObject({ reason: 'bus-unavailable' });
      first.socket.terminate();
      bed.bus.isDown = false;
      await car.connect(await bed.startAnother(), token);
      await until(() => step()?.state === 'accepted');
      expect(car.told.filter(({ command }) => command?.id === 'cmd-1')).toHaveLength(2);
      expect(car.begun).toEqual(['cmd-1']);
    }, kind));
});

test('whichever gateway holds the car’s connection hands it over, and only that one', () =>
  withGateway(async (bed) => {
    await consent(bed, true);
    const step = await follow(bed.log);
    const car = newCar(bed);
    await car.connect(await bed.startAnother(), await bed.token(CAR_A));
    await say(bed);
    await until(() => step()?.state === 'accepted');
    expect(car.told).toHaveLength(1);
  }));

test('a car that comes back hears what still counts: nothing expired, answered or of another car', () =>
  withGateway(async (bed) => {
    await consent(bed, true);
    await say(bed, { commandId: 'cmd-over', expiresAtMs: START_MS });
    await say(bed, { commandId: 'cmd-done', state: 'done' });
    await say(bed, { commandId: 'cmd-other', vehicleId: CAR_B });
    await say(bed, { commandId: 'cmd-left' });
    await say(bed, { commandId: 'cmd-left', state: 'cancelled' });
    await say(bed, { commandId: 'cmd-valid', expiresAtMs: START_MS + 1 });
    await until(() => bed.gateway.isIdle());
    const car = newCar(bed);
    await car.connect(bed, await bed.token(CAR_A));
    await until(() => car.told.length >= 2 && car.verdicts.length >= 2);
    expect(car.told.map(({ command, cancel }) => [command?.id, cancel?.id])).toContainEqual([
      'cmd-valid',
      undefined,
    ]);
    expect(car.told.map(({ cancel }) => cancel?.id)).toContain('cmd-left');
    expect(car.told).toHaveLength(2);
    expect(car.begun).toEqual(['cmd-valid']);
  }));

test('what expires while nobody is connected is never handed over', () =>
  withGateway(async (bed) => {
    await consent(bed, true);
    await say(bed);
    await until(() => bed.gateway.isIdle());
    const token = await bed.token(CAR_A);
    const poll = async () => {
      const headers = { authorization: `Bearer ${token}` };
      return (await (await fetch(`${bed.url}/v1/commands`, { headers })).json()) as { commands: unknown[] };
    };
    bed.eventClock.advanceTo(ASKED.expiresAtMs - 1);
    expect((await poll()).commands).toHaveLength(1);
    bed.eventClock.advanceTo(ASKED.expiresAtMs);
    expect(await poll()).toEqual({ commands: [] });
  }));

describe('consent', () => {
  test('without it the car hears nothing, and the command is cancelled', () =>
    withGateway(async (bed) => {
      const step = await follow(bed.log);
      const car = newCar(bed);
      await car.connect(bed, await bed.token(CAR_A));
      await say(bed);
      await until(() => step()?.state === 'cancelled');
      expect(step()?.reason).toBe('no-consent');
      await until(() => car.told.length === 1);
      expect(car.told).toEqual([{ cancel: { id: 'cmd-1' } }]);
      expect(car.begun).toEqual([]);
    }));

  test('withdrawn between asking and handing over, nothing begins', () =>
    withGateway(async (bed) => {
      await consent(bed, true);
      const step = await follow(bed.log);
      await say(bed);
      await until(() => bed.gateway.isIdle());
      expect(step()?.state).toBe('asked');
      await consent(bed, false, START_MS + 1);
      const car = newCar(bed);
      await car.connect(bed, await bed.token(CAR_A));
      await until(() => step()?.state === 'cancelled');
      expect(car.begun).toEqual([]);
    }));

  test('while it cannot be read nothing is handed over; afterwards it is', () =>
    withGateway(async (bed) => {
      await consent(bed, true);
      const { prepare } = bed.trust;
      bed.trust.prepare = () => Promise.reject(new Error('no answer'));
      const car = newCar(bed);
      await car.connect(bed, await bed.token(CAR_A));
      await say(bed);
      await until(() => bed.gateway.isIdle());
      expect(car.told).toEqual([]);
      bed.trust.prepare = prepare;
      bed.realClock.advanceTo(START_MS + 5_000);
      await until(() => car.begun.length === 1);
    }));
});

test('a cancel reaches the car that has begun, and its word is what is kept', () =>
  withGateway(async (bed) => {
    await consent(bed, true);
    const step = await follow(bed.log);
    const car = newCar(bed);
    await car.connect(bed, await bed.token(CAR_A));
    await say(bed);
    await until(() => step()?.state === 'accepted');
    await say(bed, { state: 'cancelled', reason: 'driver' });
    await until(() => car.told.length === 2);
    expect(car.told[1]).toEqual({ cancel: { id: 'cmd-1' } });
    car.say('cmd-1', 'done');
    await until(() => step()?.state === 'done');
  }));

test('an unanswered command is said again after half a minute, not before', () =>
  withGateway(async (bed) => {
    await consent(bed, true);
    const mute = await connectCar(bed, await bed.token(CAR_A));
    const heard: unknown[] = [];
    mute.socket.on('message', (data: Buffer) => heard.push(data));
    await say(bed);
    await until(() => heard.length === 1);
    bed.realClock.advanceTo(START_MS + 29_999);
    await new Promise((resolve) => setImmediate(resolve));
    await until(() => bed.gateway.isIdle());
    expect(heard).toHaveLength(1);
    bed.realClock.advanceTo(START_MS + 35_000);
    await until(() => heard.length === 2);
  }));

test('commands are nobody’s without a device token', () =>
  withGateway(async (bed) => {
    expect((await fetch(`${bed.url}/v1/commands`)).status).toBe(401);
  }));

test('asked by a person and by the predictor at the same moment, the car hears it once, and both see it', () =>
  withGateway(async (bed) => {
    await consent(bed, true);
    const step = await follow(bed.log);
    // Both are in the log before the car connects; the predictor's says the earlier moment.
    await say(bed, { commandId: 'cmd-person' });
    await say(bed, { commandId: 'cmd-predictor', askedAtMs: START_MS - 60_000, alertId: 'alert-1' });
    const car = newCar(bed);
    const token = await bed.token(CAR_A);
    const first = await car.connect(bed, token);
    await until(
      () => step('cmd-person')?.state === 'accepted' && step('cmd-predictor')?.state === 'cancelled',
    );
    expect(step('cmd-predictor')).toMatchObject({ reason: 'asked-already', alertId: 'alert-1' });
    first.socket.terminate();
    await car.connect(await bed.startAnother(), token);
    car.say('cmd-person', 'done');
    await until(() => step('cmd-person')?.state === 'done');
    expect(car.told.map(({ command, cancel }) => command?.id ?? cancel?.id)).not.toContain('cmd-predictor');
    expect(car.begun).toEqual(['cmd-person']);
    // Over: asked again it is another.
    await say(bed, { commandId: 'cmd-later' });
    await until(() => car.begun.includes('cmd-later'));
  }));
