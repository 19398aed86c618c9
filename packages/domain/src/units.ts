// Conversions where others speak in other units. Names say from and to; every factor is exact.

const M_PER_MILE = 1609.344;

export const kmToM = (km: number): number => km * 1000;
export const mToKm = (m: number): number => m / 1000;
export const milesToM = (miles: number): number => miles * M_PER_MILE;
export const mToMiles = (m: number): number => m / M_PER_MILE;
export const kmhToMps = (kmh: number): number => kmh / 3.6;
export const mpsToKmh = (mps: number): number => mps * 3.6;
export const mphToMps = (mph: number): number => (mph * M_PER_MILE) / 3600;
export const mpsToMph = (mps: number): number => (mps * 3600) / M_PER_MILE;
export const fahrenheitToC = (f: number): number => ((f - 32) * 5) / 9;
export const cToFahrenheit = (c: number): number => (c * 9) / 5 + 32;
export const kpaToPsi = (kpa: number): number => kpa / 6.894757293168361;
export const kwToW = (kw: number): number => kw * 1000;
export const sToMs = (s: number): number => s * 1000;
export const msToMinutes = (ms: number): number => ms / 60_000;
