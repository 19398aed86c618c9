import { type Cancel, systemClock } from '@outrider/runtime';
import type { Finding } from '../proof/promises.ts';
import type { Supervised } from './supervised.ts';

const LOOK_EVERY_MS = 1_000;
const MIB = 2 ** 20;
/**
 * How much more than undisturbed a process may have. What it may hold of an outage is bounded by bytes and does not
 * grow with the outage; the rest is what V8 has not collected yet, which its heap limit bounds.
 */
const RATIO_MAX = 1.6;
/** Names of processes to MiB. */
type Peaks = Map<string, number>;

/** Looks every second what the processes have; a service's two processes are looked at alike. */
export interface MemoryWatch {
  /** From here on faults come. */
  disturb(): void;
  readonly peakMib: number;
  /** Of the service that grew most, what it had at most since then, in percent of what it had at most before. */
  readonly growthPct: number;
  check(): Finding;
  stop(): void;
}

export function watchMemory(all: readonly Supervised[]): MemoryWatch {
  const calm: Peaks = new Map();
  const disturbed: Peaks = new Map();
  let peaks = calm;
  const look = async (one: Supervised): Promise<void> => {
    const bytes = await one.readMemory();
    if (bytes === undefined) return;
    peaks.set(one.service, Math.max(peaks.get(one.service) ?? 0, Math.round(bytes / MIB)));
  };
  const cancel: Cancel = systemClock.onTick(LOOK_EVERY_MS, () => {
    for (const one of all) void look(one);
  });
  return {
    disturb() {
      peaks = disturbed;
    },
    get peakMib() {
      return Math.max(0, ...disturbed.values());
    },
    get growthPct() {
      return Math.max(0, ...[...disturbed].map(([name, mib]) => growthPct(mib, calm.get(name))));
    },
    check() {
      const broken = [...disturbed].filter(([name, mib]) => growthPct(mib, calm.get(name)) > 100 * RATIO_MAX);
      return {
        promise: `memory stays within ${RATIO_MAX} times the undisturbed peak`,
        checked: disturbed.size,
        broken: broken.map(([name, mib]) => `${name}: ${mib} MiB, undisturbed ${calm.get(name) ?? 0} MiB`),
      };
    },
    stop: cancel,
  };
}

const growthPct = (mib: number, calmMib = 0): number => Math.round((100 * mib) / Math.max(1, calmMib));
