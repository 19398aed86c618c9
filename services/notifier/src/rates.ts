/** At most `count` interrupting messages per person in any `windowMs` of event time. */
export interface Rate {
  readonly count: number;
  readonly windowMs: number;
}

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `2/10m,4/1h` → rates. */
export function rates(value: string): readonly Rate[] {
  return value.split(',').map((part) => {
    const match = /^([1-9]\d{0,3})\/([1-9]\d{0,3})([mhd])$/.exec(part.trim());
    if (match === null) throw new Error('is not a list like 2/10m,4/1h');
    return { count: Number(match[1]), windowMs: Number(match[2]) * (UNIT_MS[match[3] ?? ''] ?? Number.NaN) };
  });
}

/** `10/10m` → a rate. */
export function oneRate(value: string): Rate {
  const [rate, ...more] = rates(value);
  if (rate === undefined || more.length > 0) throw new Error('is not one rate like 10/10m');
  return rate;
}
