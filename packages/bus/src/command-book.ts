import { type Command, furtherStep, isCommandOpen } from '@outrider/domain';
import type { Batch } from './bus.ts';
import { TOPICS } from './topics.ts';
import { decodeRecord, type Opener } from './typed.ts';

/** How each command of late stands, folded from all of `commands.v1`: every process that reads it knows the same. */
export interface CommandBook {
  /** Returns the cars of which something changed. */
  take(batch: Batch): ReadonlySet<string>;
  note(step: Command): boolean;
  find(vehicleId: string, commandId: string): Command | undefined;
  /**
   * The same was being asked when this was: the log has one order for each car, so that of commands asked at the
   * same moment by several, all who read it know the one that counts. A repeat is never handed to the car.
   */
  isRepeat(vehicleId: string, commandId: string): boolean;
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

interface Held {
  readonly command: Command;
  /** As the log alone has it; undefined until it was read there. */
  readonly logged: Command | undefined;
  readonly isRepeat: boolean;
}

class FoldedCommands implements CommandBook {
  readonly #byCar = new Map<string, readonly Held[]>();

  take(batch: Batch): ReadonlySet<string> {
    const changed = new Set<string>();
    for (const record of batch.records) {
      const decoded = decodeRecord(TOPICS.commands, record, NOTHING_SEALED);
      // A step under another car's key is nobody's: it could make a car do what was asked of another.
      if (decoded.kind !== 'record' || decoded.record.vehicleId !== record.key) continue;
      if (this.note(decoded.record)) changed.add(record.key);
      this.#noteLogged(decoded.record);
    }
    return changed;
  }

  note(step: Command): boolean {
    const known = this.#find(step.vehicleId, step.commandId);
    // Nothing was asked that could be left.
    if (known === undefined && step.state === 'cancelled') return false;
    const command = known === undefined ? step : furtherStep(known.command, step);
    if (command === known?.command) return false;
    this.#put({ logged: undefined, isRepeat: false, ...known, command });
    return true;
  }

  /** By the log alone: what a process noted for itself comes at another moment for every other one. */
  #noteLogged(step: Command): void {
    const known = this.#find(step.vehicleId, step.commandId);
    if (known === undefined) return;
    const { logged } = known;
    const isRepeat = logged === undefined ? this.#isAskedAlready(step) : known.isRepeat;
    this.#put({ ...known, logged: logged === undefined ? step : furtherStep(logged, step), isRepeat });
  }

  #isAskedAlready(step: Command): boolean {
    const saidAtMs = step.changedAtMs ?? step.askedAtMs;
    return (this.#byCar.get(step.vehicleId) ?? []).some(
      (other) => other.logged?.kind === step.kind && !other.isRepeat && isCommandOpen(other.logged, saidAtMs),
    );
  }

  #find(vehicleId: string, commandId: string): Held | undefined {
    return this.#byCar.get(vehicleId)?.find(({ command }) => command.commandId === commandId);
  }

  #put(held: Held): void {
    const { vehicleId, commandId } = held.command;
    const others = this.#byCar.get(vehicleId)?.filter(({ command }) => command.commandId !== commandId);
    const all = [held, ...(others ?? [])].toSorted(
      (one, other) => other.command.askedAtMs - one.command.askedAtMs,
    );
    this.#byCar.set(vehicleId, all.slice(0, COMMANDS_PER_CAR_MAX));
  }

  find(vehicleId: string, commandId: string): Command | undefined {
    return this.#find(vehicleId, commandId)?.command;
  }

  isRepeat(vehicleId: string, commandId: string): boolean {
    return this.#find(vehicleId, commandId)?.isRepeat === true;
  }

  of(vehicleId: string): readonly Command[] {
    return (this.#byCar.get(vehicleId) ?? []).map(({ command }) => command);
  }

  sweep(nowMs: number): void {
    for (const [vehicleId, all] of this.#byCar) {
      const left = all.filter(({ command }) => nowMs < command.expiresAtMs + KEPT_AFTER_EXPIRY_MS);
      if (left.length === 0) this.#byCar.delete(vehicleId);
      else if (left.length < all.length) this.#byCar.set(vehicleId, left);
    }
  }
}
