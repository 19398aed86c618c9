import type { Band } from '@outrider/domain';
import type { SocForecast } from '../arrival.ts';

// Figures as records hold them: no finer than anybody reads them.

const clampPct = (pct: number): number => Math.round(Math.min(100, Math.max(-100, pct)) * 10) / 10;

export const bandOf = (soc: SocForecast): Band => ({
  p10: clampPct(soc.quantilesPct.p10),
  p50: clampPct(soc.quantilesPct.p50),
  p90: clampPct(soc.quantilesPct.p90),
});

export const roundProbability = (probability: number): number =>
  Math.round(Math.min(1, Math.max(0, probability)) * 1000) / 1000;
