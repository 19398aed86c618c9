import type { Weather } from './sky.ts';
import type { Kind, Traits } from './traits.ts';

// Forces and heat, second by second. Mechanistic where a forecast fits features: nothing here knows of one. Pure.

/** What moves or warms. Energy is at the cells, so that full is the same in summer and winter. */
export interface Body {
  energyKwh: number;
  batteryC: number;
  motorC: number;
  cabinC: number;
  speedMps: number;
  odometerM: number;
}

export interface Surroundings {
  readonly weather: Weather;
  /** Rise per metre driven. */
  readonly slope: number;
  readonly headingDeg: number;
  readonly elevationM: number;
  /** The pump that cools the motor stands still. */
  readonly isMotorUncooled?: boolean;
}

const G = 9.81;
const LOAD_KG = 110;
/** Wheels and rotor turn too. */
const ROTATING = 1.04;
const ACCELERATION = 1.1;
const BRAKING = 1.4;
/** Lost in motor, inverter and gears: always, and by power. */
const IDLE_LOSS_W = 260;
const DRIVE_EFFICIENCY = 0.915;
const REGEN_EFFICIENCY = 0.8;
/** Below this the brakes stop the car. */
const REGEN_FROM_MPS = 2.5;

export const packKwhOf = ({ kind, health }: Traits): number => kind.packKwh * health;
export const socPctOf = (traits: Traits, { energyKwh }: Body): number =>
  Math.max(0, Math.min(100, (100 * energyKwh) / packKwhOf(traits)));

/** One second on the road towards a speed. Returns battery power, W, positive out of it. */
export function driveSecond(body: Body, traits: Traits, targetMps: number, around: Surroundings): number {
  const { kind } = traits;
  const before = body.speedMps;
  const speedMps = Math.max(
    0,
    targetMps > before ? Math.min(targetMps, before + ACCELERATION) : Math.max(targetMps, before - BRAKING),
  );
  const meanMps = (before + speedMps) / 2;
  const wheelN =
    resistanceN(kind, meanMps, around) * traits.costRatio +
    (kind.massKg + LOAD_KG) * (G * around.slope + ROTATING * (speedMps - before));
  const wheelW = meanMps < 0.1 ? 0 : wheelN * meanMps;
  const driveW =
    wheelW >= 0
      ? wheelW / DRIVE_EFFICIENCY + (meanMps > 0.1 ? IDLE_LOSS_W : 0)
      : -recovered(kind, body, -wheelW, meanMps);
  const powerW = driveW + kind.auxW + climateW(body, traits, around.weather, 1);
  takeOut(body, kind, powerW, 1);
  exchangeHeat(body, kind, around.weather.tempC, 12, 1);
  warmMotor(body, Math.abs(wheelW), around);
  body.speedMps = speedMps;
  body.odometerM += meanMps;
  return powerW;
}

const MOTOR_HEAT_J_PER_K = 45_000;
/** To the coolant, which is warmer than the air; through the housing alone. */
const MOTOR_W_PER_K = { cooled: 60, uncooled: 9 } as const;
const COOLANT_ABOVE_AIR_K = 15;

function warmMotor(body: Body, shaftW: number, { weather, isMotorUncooled }: Surroundings): void {
  const lossW = shaftW * (1 - DRIVE_EFFICIENCY) + IDLE_LOSS_W;
  const wPerK = isMotorUncooled === true ? MOTOR_W_PER_K.uncooled : MOTOR_W_PER_K.cooled;
  const aboveK = body.motorC - weather.tempC - (isMotorUncooled === true ? 0 : COOLANT_ABOVE_AIR_K);
  body.motorC += (lossW - wPerK * aboveK) / MOTOR_HEAT_J_PER_K;
}

const STUCK_HEATER_W = 4_000;
/** There the pack’s own fuse opens. */
const STUCK_HEATER_UNTIL_C = 64;

/** The heater of the pack does not switch off, while the car is on, with at most `fromW` of what is there. */
export function heatStuck(body: Body, { packHeatJPerK }: Kind, fromW: number, seconds: number): void {
  if (body.batteryC >= STUCK_HEATER_UNTIL_C) return;
  const heatJ = Math.min(STUCK_HEATER_W, fromW) * seconds;
  body.energyKwh = Math.max(0, body.energyKwh - heatJ / 3_600_000);
  body.batteryC += heatJ / packHeatJPerK;
}

/** Rolling and air, N. */
function resistanceN(
  kind: Kind,
  speedMps: number,
  { weather, headingDeg, elevationM }: Surroundings,
): number {
  const warm = Math.max(-20, Math.min(30, weather.tempC));
  const rolling =
    kind.rolling * (1 + 0.009 * (20 - warm)) * (weather.isWet ? 1.1 : 1) * (1 + speedMps ** 2 / 9_000);
  const density = (353 / (273.15 + weather.tempC)) * Math.exp(-elevationM / 8_400);
  const against =
    speedMps + 0.75 * weather.windMps * Math.cos(((weather.windFromDeg - headingDeg) * Math.PI) / 180);
  // A crosswind costs too: the car is longer than it is wide.
  const across = Math.abs(
    0.75 * weather.windMps * Math.sin(((weather.windFromDeg - headingDeg) * Math.PI) / 180),
  );
  const air = 0.5 * density * kind.cdaM2 * (1 + 0.01 * across) * against * Math.abs(against);
  return rolling * (kind.massKg + LOAD_KG) * G + air;
}

function recovered(kind: Kind, body: Body, wheelW: number, speedMps: number): number {
  if (speedMps < REGEN_FROM_MPS) return 0;
  const cold = Math.max(0.15, Math.min(1, (body.batteryC + 8) / 20));
  return Math.min(wheelW * REGEN_EFFICIENCY, kind.regenKw * 1_000 * cold);
}

const CABIN_HEAT_J_PER_K = 95_000;
const HEATER_W = 5_500;
const COOLER_W = 4_500;

/** Keeps the cabin as the driver wants it for `seconds`; electric W. */
function climateW(body: Body, { kind, cabinC }: Traits, { tempC }: Weather, seconds: number): number {
  const lostW = kind.cabinWPerK * (body.cabinC - tempC);
  const wantedW = lostW + ((cabinC - body.cabinC) * CABIN_HEAT_J_PER_K) / 240;
  const heatW = Math.max(-COOLER_W, Math.min(HEATER_W, wantedW));
  body.cabinC += ((heatW - lostW) * seconds) / CABIN_HEAT_J_PER_K;
  if (heatW < 0) return -heatW / 2.4;
  return kind.hasHeatPump ? heatW / Math.max(1.1, Math.min(3, 2.1 + 0.055 * tempC)) : heatW;
}

/** Takes power out of the cells, or puts it in, with what the pack itself turns to heat. */
function takeOut(body: Body, kind: Kind, powerW: number, seconds: number): void {
  const ohm = kind.packOhm * (1 + 0.03 * Math.max(0, 20 - body.batteryC));
  const lossW = (powerW / kind.packV) ** 2 * ohm;
  body.energyKwh -= ((powerW + lossW) * seconds) / 3_600_000;
  body.batteryC += (lossW * seconds) / kind.packHeatJPerK;
}

const exchangeHeat = (body: Body, kind: Kind, tempC: number, wPerK: number, seconds: number): void => {
  body.batteryC += (wPerK * (tempC - body.batteryC) * seconds) / kind.packHeatJPerK;
};

/** What the car draws at a plug, kW: the plug, the pack and the cold each have a say. */
export function chargeKw(body: Body, traits: Traits, plugKw: number, isDc: boolean): number {
  const { kind } = traits;
  const soc = socPctOf(traits, body) / 100;
  if (!isDc) return Math.min(plugKw, kind.acKw) * (soc > 0.97 ? 0.5 : 1);
  const taper =
    soc < 0.1
      ? 0.85
      : soc < 0.5
        ? 1
        : soc < 0.8
          ? 1 - 1.9 * (soc - 0.5)
          : Math.max(0.06, 0.43 - 1.85 * (soc - 0.8));
  const cold = Math.max(0.18, Math.min(1, (body.batteryC + 6) / 28));
  return Math.min(plugKw, kind.dcKw * taper * cold);
}

const AC_EFFICIENCY = 0.9;
const DC_EFFICIENCY = 0.97;
const PACK_HEATER_W = 2_500;

/** Charges for `seconds`; returns battery power, W, negative: into it. */
export function chargeFor(
  body: Body,
  traits: Traits,
  plug: { readonly kw: number; readonly isDc: boolean },
  tempC: number,
  seconds: number,
): number {
  const drawnW = 1_000 * chargeKw(body, traits, plug.kw, plug.isDc);
  const warmsPack = plug.isDc && body.batteryC < 15;
  const heaterW = warmsPack ? Math.min(PACK_HEATER_W, 0.3 * drawnW) : 0;
  const powerW = -(drawnW * (plug.isDc ? DC_EFFICIENCY : AC_EFFICIENCY) - heaterW);
  takeOut(body, traits.kind, powerW, seconds);
  body.batteryC += (heaterW * seconds) / traits.kind.packHeatJPerK;
  rest(body, traits, tempC, seconds, 0);
  return powerW;
}

/** Stands for `seconds`. */
export function rest(
  body: Body,
  { kind, standbyW }: Traits,
  tempC: number,
  seconds: number,
  share = 1,
): void {
  body.energyKwh = Math.max(0, body.energyKwh - (share * standbyW * seconds) / 3_600_000);
  exchangeHeat(body, kind, tempC, 7, seconds);
  // A car's cabin is as cold as the air within two hours.
  body.cabinC += (tempC - body.cabinC) * Math.min(1, seconds / 2_400);
  body.motorC += (tempC - body.motorC) * Math.min(1, seconds / 5_400);
}
