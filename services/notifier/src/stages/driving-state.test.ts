import { expect, test } from 'vitest';
import { PASS } from '../stage.ts';
import { drivingState } from './driving-state.ts';

const moving = { kind: 'moving' } as const;
const parked = { kind: 'parked' } as const;
const unknown = (lastGearIsPark: boolean) => ({ kind: 'unknown', lastGearIsPark }) as const;

for (const { channel, driving, isHeld } of [
  { channel: 'feed', driving: moving, isHeld: false },
  { channel: 'email', driving: moving, isHeld: true },
  { channel: 'webhook', driving: moving, isHeld: true },
  { channel: 'sms', driving: moving, isHeld: true },
  { channel: 'push', driving: moving, isHeld: true },
  { channel: 'push', driving: parked, isHeld: false },
  { channel: 'sms', driving: parked, isHeld: false },
  { channel: 'sms', driving: unknown(false), isHeld: true },
  { channel: 'email', driving: parked, isHeld: false },
  { channel: 'email', driving: unknown(false), isHeld: true },
  { channel: 'email', driving: unknown(true), isHeld: false },
] as const)
  test(`${channel} while ${JSON.stringify(driving)} is ${isHeld ? 'held' : 'sent'}`, () => {
    const verdict = drivingState.decide({ channel, driving, nowMs: 1_000, movingHoldMs: 500 });
    expect(verdict).toEqual(isHeld ? { kind: 'hold', reason: 'driver-moving', untilMs: 1_500 } : PASS);
  });
