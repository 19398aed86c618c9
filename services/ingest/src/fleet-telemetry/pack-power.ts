import { SIGNAL, SIGNALS } from '@outrider/domain';
import type { Frame } from '../format.ts';

// Tesla has no field for the battery's power. Volts and amps have, often in two payloads half a second apart.

/** Volts and amps further apart are not of one moment. */
export const POWER_WINDOW_MS = 2_000;

interface Half {
  readonly value: number;
  readonly atMs: number;
}

interface Pair {
  readonly volts?: Half;
  readonly amps?: Half;
}

export interface PackPower {
  /**
   * The battery's power at this frame, in W and positive into the battery, as a frame of its own; undefined when
   * one half is missing. Its own, because the id of a frame must not depend on what was read before it.
   */
  pair(vehicleId: string, frame: Frame): Frame | undefined;
}

export interface PackPowers {
  /** For records that are kept together. Until `keep` is called it is as if they had never been read. */
  begin(): PackPower & { keep(): void };
}

/** Remembers the last volts and amps of as many cars; the one longest silent is forgotten first. */
export function createPackPowers(vehiclesMax: number, windowMs = POWER_WINDOW_MS): PackPowers {
  const kept = new Map<string, Pair>();
  const keepOne = (vehicleId: string, pair: Pair): void => {
    kept.delete(vehicleId);
    kept.set(vehicleId, pair);
    if (kept.size > vehiclesMax) kept.delete(kept.keys().next().value as string);
  };
  return {
    begin() {
      const begun = new Map<string, Pair>();
      return {
        pair(vehicleId, { observedAtMs, seq, values }) {
          const volts = values[SIGNAL.voltage];
          const amps = values[SIGNAL.current];
          if (typeof volts !== 'number' && typeof amps !== 'number') return undefined;
          const pair: Pair = {
            ...(begun.get(vehicleId) ?? kept.get(vehicleId)),
            ...(typeof volts === 'number' && { volts: { value: volts, atMs: observedAtMs } }),
            ...(typeof amps === 'number' && { amps: { value: amps, atMs: observedAtMs } }),
          };
          begun.delete(vehicleId);
          begun.set(vehicleId, pair);
          const watts = wattsOf(pair, windowMs);
          if (watts === undefined) return undefined;
          const at = { observedAtMs, ...(seq === undefined ? {} : { seq }) };
          return { ...at, values: { [SIGNAL.power]: watts }, cleared: [], quality: {} };
        },
        keep() {
          for (const [vehicleId, pair] of begun) keepOne(vehicleId, pair);
        },
      };
    },
  };
}

const BOUNDS = SIGNALS[SIGNAL.power];

function wattsOf({ volts, amps }: Pair, windowMs: number): number | undefined {
  if (volts === undefined || amps === undefined) return undefined;
  if (Math.abs(volts.atMs - amps.atMs) > windowMs) return undefined;
  const watts = volts.value * amps.value;
  if (BOUNDS?.type !== 'number' || watts < BOUNDS.min || watts > BOUNDS.max) return undefined;
  return watts === 0 ? 0 : watts;
}
