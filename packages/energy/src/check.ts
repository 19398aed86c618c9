/** Thrown when an input is not a usable number. The message names the field. */
export class EnergyInputError extends RangeError {
  override readonly name = 'EnergyInputError';
}

/** Refuses NaN and infinities: a forecast built on them would look like a number and mean nothing. */
export function requireFinite(name: string, value: number): number {
  if (!Number.isFinite(value)) throw new EnergyInputError(`${name} must be a finite number, is ${value}`);
  return value;
}

/** Refuses anything outside `[low, high]`, NaN included. */
export function requireWithin(name: string, value: number, low: number, high: number): number {
  requireFinite(name, value);
  if (value < low || value > high) {
    throw new EnergyInputError(`${name} must be between ${low} and ${high}, is ${value}`);
  }
  return value;
}

export function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
