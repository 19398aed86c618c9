/** What a VIN says of the car, as far as the one asked knows. Absent: unknown. */
export interface DecodedVin {
  readonly make: string;
  readonly model?: string;
  readonly modelYear?: number;
  /** The decoder's own words for how electric the car is. */
  readonly electrification?: string;
  /** Of the pack, as its maker declared it; gross or usable is not said. */
  readonly batteryKwh?: number;
  /** The decoder doubted something: a digit, a year. The rest is what it made of it. */
  readonly isDoubtful: boolean;
}

/**
 * Tells what car a VIN belongs to. A VIN is personal: who asks has the owner's word for it, and nobody writes it
 * down. Rejects with `ProviderUnavailable`, whose words never hold the VIN.
 */
export interface VinDecoder {
  readonly name: string;
  decode(vin: string, signal: AbortSignal): Promise<DecodedVin>;
}

const VALUES: Readonly<Record<string, number>> = {
  ...{ A: 1, B: 2, C: 3, D: 4, E: 5, F: 6, G: 7, H: 8 },
  ...{ J: 1, K: 2, L: 3, M: 4, N: 5, P: 7, R: 9, S: 2, T: 3, U: 4, V: 5, W: 6, X: 7, Y: 8, Z: 9 },
};
const WEIGHTS = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];

export interface VinCheck {
  /** 17 digits and capitals without I, O and Q (ISO 3779). */
  readonly isVin: boolean;
  /**
   * The ninth digit is what North America demands (49 CFR 565.15). A hint only: cars for other markets are
   * free to put anything there.
   */
  readonly hasCheckDigit: boolean;
}

/** What can be said of a VIN without asking anybody. */
export function checkVin(text: string): VinCheck {
  if (!/^[A-HJ-NPR-Z0-9]{17}$/.test(text)) return { isVin: false, hasCheckDigit: false };
  const sum = [...text].reduce(
    (total, char, index) => total + (VALUES[char] ?? Number(char)) * (WEIGHTS[index] ?? 0),
    0,
  );
  const digit = sum % 11 === 10 ? 'X' : String(sum % 11);
  return { isVin: true, hasCheckDigit: text[8] === digit };
}
