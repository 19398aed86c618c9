import { type Command, furtherStep } from '@outrider/domain';
import type { Batch } from './bus.ts';
import { TOPICS } from './topics.ts';
import { decodeRecord, type Opener } from './typed.ts';

/** How each command of late stands, folded from all of `commands.v1`: every process that reads it knows the same. */
export interface CommandBook {
  /** Returns the cars of which something changed. */
  take(batch: Batch): ReadonlySet<string>;
  note(step: Command): boolean;
  find(vehicleId: string, commandId: string): Command | undefined;
  /** Newest first. */
  of(vehicleId: string): readonly Command[];
  /** Forgets what expired a day ago. */
  sweep(nowMs: number): void;
}

/** A car is asked for a few things a day; what is more than this is forgotten, the oldest first. */
export const COMMANDS_PER_CAR_MAX = 20;
const KEPT_AFTER_EXPIRY_MS = 86_400_000;

/** The topic is not sealed. */
const NOTHING_SEALED: Opener = { open: () => ({ kind: 'denied', reason: 'not-sealed' }) };

export const createCommandBook = (): CommandBook => new FoldedCommands();

class FoldedCommands implements CommandBook {
  readonly #byCar = new Map<string, readonly Command[]>();

  take(batch: Batch): ReadonlySet<string> {
    const changed = new Set<string>();
    for (const record of batch.records) {
      const decoded = decodeRecord(TOPICS.commands, record, NOTHING_SEALED);
      // A step under another car's key is nobody's: it could make a car do what was asked of another.
      if (decoded.kind !== 'record' || decoded.record.vehicleId !== record.key) continue;
      if (this.note(decoded.record)) changed.add(record.key);
    }
    return changed;
  }

  note(step: Command): boolean {
    const own = this.#byCar.get(step.vehicleId) ?? [];
    const known = own.find(({ commandId }) => commandId === step.commandId);
    // Nothing was asked that could be left.
    if (known === undefined && step.state === 'cancelled') return false;
    const held = known === undefined ? step : furtherStep(known, step);
    if (held === known) return false;
    const all = [held, ...own.filter((one) => one !== known)].toSorted(
      (one, other) => other.askedAtMs - one.askedAtMs,
    );
    this.#byCar.set(step.vehicleId, all.slice(0, COMMANDS_PER_CAR_MAX));
    return true;
  }

  find(vehicleId: string, commandId: string): Command | undefined {
    return this.of(vehicleId).find((one) => one.commandId === commandId);
  }

  of(vehicleId: string): readonly Command[] {
    return this.#byCar.get(vehicleId) ?? [];
  }

  sweep(nowMs: number): void {
    for (const [vehicleId, all] of this.#byCar) {
      const left = all.filter(({ expiresAtMs }) => nowMs < expiresAtMs + KEPT_AFTER_EXPIRY_MS);
      if (left.length === 0) this.#byCar.delete(vehicleId);
      else if (left.length < all.length) this.#byCar.set(vehicleId, left);
    }
  }
}
