import { GEAR, type Position, SIGNAL, type SignalValue } from '@outrider/domain';
import type { Chance } from './chance.ts';
import { brokenForH, type Part } from './faults.ts';
import { type Body, socPctOf } from './physics.ts';
import type { Traits } from './traits.ts';

// What a car says of itself: rounded, noisy, sometimes stuck, sometimes nothing. Pure.

/** One frame of native VSS-JSON, in VSS units. */
export interface Frame {
  readonly atMs: number;
  readonly signals: Readonly<Record<string, SignalValue>>;
}

export interface Reading extends Position {
  readonly atMs: number;
  readonly body: Readonly<Body>;
  readonly elevationM: number;
  readonly motion: 'driving' | 'charging' | 'standing';
  readonly isPlugged: boolean;
  readonly isDc: boolean;
  readonly chargeLimitPct: number;
  /** Out of the battery, W. */
  readonly powerW: number;
  readonly outsideC: number;
  /** What it showed last; null: nothing yet. */
  readonly shownSocPct: number | null;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Null while the car is out of touch: what it would have said then is lost. */
export function frameOf(reading: Reading, traits: Traits, chance: Chance): Frame | null {
  const draw = chance.of('sensors', traits.index);
  const broken = (part: Part) => brokenForH(chance, traits.index, part, reading.atMs);
  if (isOutOfTouch(draw, reading.atMs, broken('modem') !== undefined)) return null;
  const { body, atMs, motion, isPlugged } = reading;
  const { sensors } = traits;
  const socPct = shownSoc(draw, reading, traits);
  return {
    atMs,
    signals: {
      [SIGNAL.soc]: socPct,
      [SIGNAL.speed]: round(body.speedMps * 3.6, 1),
      [SIGNAL.odometer]: Math.round(body.odometerM),
      [SIGNAL.latitude]: round(reading.lat + 0.00004 * draw.normal('lat', atMs), 6),
      [SIGNAL.longitude]: round(reading.lon + 0.00006 * draw.normal('lon', atMs), 6),
      [SIGNAL.altitude]: round(reading.elevationM, 0),
      [SIGNAL.isCharging]: motion === 'charging' || broken('charge-flag') !== undefined,
      [SIGNAL.isPlugged]: isPlugged,
      [SIGNAL.gear]: motion === 'driving' ? GEAR.drive : GEAR.park,
      [SIGNAL.airTemp]: round(reading.outsideC + 0.5 * draw.normal('air', Math.floor(atMs / HOUR_MS)), 1),
      [SIGNAL.chargeLimit]: reading.chargeLimitPct,
      [SIGNAL.lowVoltage]: round(lowVoltage(draw, reading, broken('low-voltage') !== undefined), 2),
      ...(motion === 'charging' && { [SIGNAL.isFastCharging]: reading.isDc }),
      ...(sensors.tellsPower && motion !== 'standing' && { [SIGNAL.power]: Math.round(-reading.powerW) }),
      ...(sensors.tellsBatteryTemp && { [SIGNAL.batteryTemp]: round(body.batteryC, 0) }),
      ...(sensors.tellsMotorTemp && motion === 'driving' && { [SIGNAL.motorTemp]: round(body.motorC, 0) }),
      ...(sensors.tellsHealth && { [SIGNAL.stateOfHealth]: round(100 * traits.health, 0) }),
      ...(motion === 'driving' && { [SIGNAL.cabinSetTemp]: round(traits.cabinC, 1) }),
      ...tyres(draw, reading, broken('tyre') ?? 0),
    },
  };
}

const round = (value: number, digits: number): number => Number(value.toFixed(digits));

/** With a broken modem it is heard a third of the time. */
const MODEM_MS = { cycle: 50 * 60_000, heard: 16 * 60_000 } as const;

/** One car-day in thirty has an hour or so without a word. */
function isOutOfTouch(draw: Chance, atMs: number, hasBrokenModem: boolean): boolean {
  if (hasBrokenModem && atMs % MODEM_MS.cycle >= MODEM_MS.heard) return true;
  const day = Math.floor(atMs / DAY_MS);
  if (!draw.happens(1 / 30, 'gap', day)) return false;
  const fromMs = day * DAY_MS + draw.between(5, 20, 'gap from', day) * HOUR_MS;
  return atMs >= fromMs && atMs < fromMs + draw.between(0.2, 2, 'gap for', day) * HOUR_MS;
}

/** One car-day in sixty it says for an hour what it said before. */
function shownSoc(draw: Chance, { body, atMs, shownSocPct }: Reading, traits: Traits): number {
  const step = traits.sensors.socStepPct;
  const socPct = Math.max(0, socPctOf(traits, body));
  const day = Math.floor(atMs / DAY_MS);
  const fresh = round(Math.round(socPct / step) * step, 1);
  if (shownSocPct === null || !draw.happens(1 / 60, 'stuck', day)) return fresh;
  const fromMs = day * DAY_MS + draw.between(6, 18, 'stuck from', day) * HOUR_MS;
  return atMs >= fromMs && atMs < fromMs + HOUR_MS ? shownSocPct : fresh;
}

function lowVoltage(draw: Chance, { motion, atMs, outsideC }: Reading, isWeak: boolean): number {
  const isFed = motion !== 'standing';
  const weak = isWeak ? 0.9 + 0.01 * Math.max(0, 10 - outsideC) : 0;
  return (
    (isFed ? 14.2 : 12.7) - (isFed ? weak / 2 : weak) + 0.05 * draw.normal('12 V', Math.floor(atMs / HOUR_MS))
  );
}

/** 250 kPa at 15 °C; warm air in the same volume presses more. A puncture loses 2.2 kPa an hour. */
function tyres(draw: Chance, { outsideC, body }: Reading, leaksForH: number): Record<string, number> {
  const kelvin = 273.15 + outsideC + (body.speedMps > 1 ? 12 : 0);
  const leaks = Math.min(150, 2.2 * leaksForH);
  const wheels = [SIGNAL.tireFrontLeft, SIGNAL.tireFrontRight, SIGNAL.tireRearLeft, SIGNAL.tireRearRight];
  return Object.fromEntries(
    wheels.map((path, i) => {
      const filled = 351 + 4 * draw.normal('tyre', i);
      return [path, Math.round((filled * kelvin) / 288.15 - 101 - (i === 2 ? leaks : 0))];
    }),
  );
}
