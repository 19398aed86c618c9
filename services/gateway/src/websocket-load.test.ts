import { hashSecret } from '@outrider/runtime';
import { expect, test } from 'vitest';
import { CAR_A, connectCar, frameWith, START_MS, until, withGateway } from './gateway.fixture.ts';

const MANY = { GATEWAY_FRAMES_BURST: '1000000' };

test('a socket with too many unanswered frames is not read until they are answered', () =>
  withGateway(
    async (bed) => {
      const car = await connectCar(bed, await bed.token(CAR_A));
      bed.bus.hold();
      // Large frames: a socket is read 64 KiB at a time, so that small ones would all come in one piece.
      const padding = ' '.repeat(60_000);
      for (let id = 0; id < 40; id++) car.send(JSON.stringify(frameWith({ id })) + padding);
      await until(() => bed.bus.held >= 4);
      for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
      expect(bed.bus.held).toBeLessThan(8);
      bed.bus.release();
      for (let id = 0; id < 40; id++) expect(await car.answer()).toEqual({ id, ack: true });
    },
    { ...MANY, GATEWAY_SOCKET_FRAMES_MAX: '4' },
  ));

test('above the bound of all frames in flight a frame is sent away for a moment', () =>
  withGateway(
    async (bed) => {
      const one = await connectCar(bed, await bed.token(CAR_A, 'one'));
      const two = await connectCar(bed, await bed.token(CAR_A, 'two'));
      bed.bus.hold();
      for (const id of [1, 2]) one.send(frameWith({ id }));
      await until(() => bed.bus.held === 2);
      two.send(frameWith({ id: 3 }));
      expect(await two.answer()).toEqual({ id: 3, retryAfterMs: 250, reason: 'busy' });
      bed.bus.release();
      expect(await one.answer()).toEqual({ id: 1, ack: true });
      two.send(frameWith({ id: 3 }));
      expect(await two.answer()).toEqual({ id: 3, ack: true });
    },
    { GATEWAY_IN_FLIGHT_FRAMES_MAX: '2' },
  ));

test('a device that does not read its answers is cut, and delays nobody', () =>
  withGateway(
    async (bed) => {
      const slow = await connectCar(bed, await bed.token(CAR_A, 'slow'));
      const other = await connectCar(bed, await bed.token(CAR_A, 'other'));
      slow.socket.pause();
      let isCut = false;
      const frame = JSON.stringify(frameWith({ id: 'x'.repeat(100), observedAt: '?' }));
      const cut = slow.closed.then(() => {
        isCut = true;
      });
      // Enough answers to fill what the kernel buffers for a reader that is away.
      for (let sent = 0; sent < 200_000 && slow.socket.readyState === slow.socket.OPEN; sent += 1_000) {
        for (let at = 0; at < 1_000; at++) slow.send(frame);
        other.send(frameWith({ id: sent }));
        expect(await other.answer()).toEqual({ id: sent, ack: true });
        const text = await bed.runtime.metrics.text();
        if (text.includes('gateway_sockets_cut_total{reason="slow-reader"} 1')) break;
      }
      slow.socket.resume();
      await cut;
      expect(isCut).toBe(true);
      expect(await bed.runtime.metrics.text()).toContain('gateway_sockets_cut_total{reason="slow-reader"} 1');
    },
    { ...MANY, GATEWAY_UNREAD_KIBIBYTES_MAX: '64', GATEWAY_SOCKET_FRAMES_MAX: '100000' },
  ));

test('a revoked token ends its socket within a minute', () =>
  withGateway(async (bed) => {
    const token = await bed.token(CAR_A);
    const car = await connectCar(bed, token);
    const kept = await connectCar(bed, await bed.token(CAR_A, 'kept'));
    await bed.state.tokens.revoke(hashSecret(token), START_MS);
    // The tick comes every 5 s; the one of second 50 at the latest finds it.
    for (let second = 5; second <= 50; second += 5) {
      bed.realClock.advanceTo(START_MS + second * 1000);
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await car.closed).toEqual({ code: 4401 });
    kept.send(frameWith());
    expect(await kept.answer()).toMatchObject({ ack: true });
  }));

test('a socket that misses a pong is cut; one that answers stays', () =>
  withGateway(async (bed) => {
    const dead = await connectCar(bed, await bed.token(CAR_A, 'dead'), { autoPong: false });
    const alive = await connectCar(bed, await bed.token(CAR_A, 'alive'));
    const ponged = new Promise((resolve) => {
      alive.socket.once('ping', resolve);
    });
    let isPinged = false;
    alive.socket.once('ping', () => {
      isPinged = true;
    });
    bed.realClock.advanceTo(START_MS + 29_999);
    alive.send(frameWith());
    await alive.answer();
    expect(isPinged).toBe(false);
    bed.realClock.advanceTo(START_MS + 30_000);
    await ponged;
    // A frame after the pong: once it is answered, the pong has been read too.
    alive.send(frameWith());
    await alive.answer();
    await until(() => bed.gateway.isIdle());
    bed.realClock.advanceTo(START_MS + 60_000);
    expect((await dead.closed).code).toBe(1006);
    alive.send(frameWith());
    expect(await alive.answer()).toMatchObject({ ack: true });
  }));

test('a fifth socket of one car ends the oldest', () =>
  withGateway(async (bed) => {
    const token = await bed.token(CAR_A);
    const oldest = await connectCar(bed, token);
    const others = [];
    for (let count = 0; count < 4; count++) others.push(await connectCar(bed, token));
    expect(await oldest.closed).toEqual({ code: 4409 });
    for (const car of others) {
      car.send(frameWith());
      expect(await car.answer()).toMatchObject({ ack: true });
    }
  }));

test('one socket more than allowed is answered 503', () =>
  withGateway(
    async (bed) => {
      const token = await bed.token(CAR_A);
      await connectCar(bed, token);
      await expect(connectCar(bed, token)).rejects.toThrow('503');
    },
    { GATEWAY_SOCKETS_MAX: '1' },
  ));

test('a stopping gateway finishes what it took, sends new frames away and closes with 1001', () =>
  withGateway(async (bed) => {
    const token = await bed.token(CAR_A);
    const car = await connectCar(bed, token);
    bed.bus.hold();
    car.send(frameWith({ id: 'taken' }));
    await until(() => bed.bus.held === 1);
    const stopped = bed.gateway.stop();
    expect(bed.gateway.readiness()).toEqual({ ready: false, why: 'stopping' });
    car.send(frameWith({ id: 'too late' }));
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
    bed.bus.release();
    expect(await car.answer()).toEqual({ id: 'taken', ack: true });
    expect(await car.answer()).toEqual({ id: 'too late', retryAfterMs: 1000, reason: 'shutting-down' });
    expect(await car.closed).toEqual({ code: 1001 });
    await stopped;
    expect(bed.published).toHaveLength(1);
    await expect(connectCar(bed, token)).rejects.toThrow();
    await bed.gateway.stop();
  }));

test('a bus that never answers does not keep a gateway from stopping', () =>
  withGateway(
    async (bed) => {
      const car = await connectCar(bed, await bed.token(CAR_A));
      bed.bus.hold();
      car.send(frameWith());
      await until(() => bed.bus.held === 1);
      let isStopped = false;
      const stopped = bed.gateway.stop().then(() => {
        isStopped = true;
      });
      // Ten seconds for the frame, two for its answer, two for the close.
      for (let second = 1; second <= 20 && !isStopped; second++) {
        bed.realClock.advanceTo(START_MS + second * 1000);
        for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
      }
      await stopped;
      expect((await car.closed).code).not.toBe(1000);
    },
    { GATEWAY_DRAIN_S: '10' },
  ));
