// The arithmetic of a re-forecast and of a calibration as loops over plain arrays: what this machine can do at most.
import {
  AERO,
  BASE,
  batteryEnergy,
  CLIMB,
  COLD_ROLLING,
  COOLING,
  electricPerHeat,
  FEATURE_COUNT,
  type ForecastCar,
  GRAVITY_MPS2,
  HEAT,
  parameterSigmaFactor,
  ROLLING,
  type RoutePrefix,
  SPEED_CHANGES,
  STOP_AND_GO,
  TYRE_WARM_UP,
  usualSigmas,
  WARM_UP,
} from '@outrider/energy';

/** Places and charges of a moving car, and what is answered; one row per forecast. */
export interface Questions {
  readonly fromM: Float64Array;
  readonly toM: Float64Array;
  readonly socPct: Float64Array;
  readonly elapsedS: Float64Array;
  readonly meanPct: Float64Array;
  readonly sdPct: Float64Array;
  readonly belowProbability: Float64Array;
}

type PlainCar = ReturnType<typeof flatten>;

const F = FEATURE_COUNT;
/** Behind the features: their slopes by temperature (4), wind (1) and speed (2). */
const COLUMNS = F + 7;
const [AERO_BY_TEMP, COLD_BY_TEMP, HEAT_BY_TEMP, COOLING_BY_TEMP] = [F, F + 1, F + 2, F + 3] as const;
const [AERO_BY_WIND, AERO_BY_SPEED, STOP_AND_GO_BY_SPEED] = [F + 4, F + 5, F + 6] as const;
const J_PER_KWH = 3.6e6;
const TIME_CONSTANT_S = 480;

/** All that stays the same from one forecast to the next, as numbers. */
function flatten(route: RoutePrefix, car: ForecastCar, speedMps: number) {
  const { vehicle, posterior } = car;
  const { totalMassKg, use } = route;
  const battery = batteryEnergy(vehicle);
  const s = usualSigmas;
  return {
    ...{ atM: route.atM, sums: route.sums, tyreWarmUpJ: route.tyreWarmUpJ, tempC: route.tempC },
    segmentAtPart: route.segmentAtPart,
    perHeat: route.tempC.map((tempC) => electricPerHeat(vehicle.heater, tempC)),
    theta: Float64Array.from(posterior.theta),
    covariance: Float64Array.from(posterior.covariance),
    ...{ e0: battery.e0, e1: battery.e1, setTempC: route.setTempC ?? 0, totalMassKg },
    kineticKwh: (vehicle.drivelineEfficiency * 1.1 * 0.5 * totalMassKg * speedMps ** 2) / J_PER_KWH,
    climbKwh: ((posterior.theta[CLIMB] ?? 0) * totalMassKg * GRAVITY_MPS2 * s.climbM) / J_PER_KWH,
    noiseKwh: 0.1 * (vehicle.usableKwh / 18.8),
    parameterFactor2: parameterSigmaFactor(posterior.trips) ** 2,
    readVariance: s.socStepPct ** 2 / 12,
    dragAreaM2: vehicle.dragCoefficient * vehicle.frontalAreaM2 + use.extraDragAreaM2,
    rollingRatio: use.rollingRatio,
    sigmas: s,
    ...{ row: new Float64Array(COLUMNS), warmUpByTemp: 0 },
  };
}

/** Answers all questions; for a car that moves at `speedMps`, whose cabin temperature is unknown. */
export function forecastPlainly(
  route: RoutePrefix,
  forecastCar: ForecastCar,
  speedMps: number,
): (asked: Questions, reserveSocPct: number) => void {
  const car = flatten(route, forecastCar, speedMps);
  return (asked, reserveSocPct) => {
    for (let q = 0; q < asked.fromM.length; q++) {
      readRow(car, asked.fromM[q]!, asked.toM[q]!, asked.elapsedS[q]!);
      const { e0, e1, row, theta } = car;
      let joules = 0;
      for (let k = 0; k < F; k++) joules += theta[k]! * row[k]!;
      const rawKwh = joules / J_PER_KWH;
      const usedKwh = rawKwh > 0 ? Math.max(0, rawKwh - car.kineticKwh) : rawKwh;
      const soc = asked.socPct[q]!;
      const leftKwh = e0 * soc + (e1 / 2) * soc * soc - usedKwh;
      const mean = leftKwh <= 0 ? leftKwh / e0 : (Math.sqrt(e0 * e0 + 2 * e1 * leftKwh) - e0) / e1;
      const perPoint = e0 + e1 * Math.max(0, mean);
      const carried = (e0 + e1 * soc) / perPoint;
      const ownKwh2 = (0.06 * rawKwh) ** 2 + car.noiseKwh ** 2 + car.climbKwh ** 2;
      const kwh2 = ownKwh2 + parameterKwh2(car) + inputKwh2(car, usedKwh);
      const sd = Math.sqrt(carried ** 2 * car.readVariance + kwh2 / perPoint ** 2);
      const t = (reserveSocPct - mean) / (sd * Math.sqrt(4 / 6));
      const c = 6 / (6 + t * t);
      asked.meanPct[q] = mean;
      asked.sdPct[q] = sd;
      asked.belowProbability[q] = 0.5 + 0.5 * Math.sign(t) * Math.sqrt(1 - c) * (1 + c / 2 + 0.375 * c * c);
    }
  };
}

/** Two rows of running sums, each between two, one less the other; then what depends on how the drive began. */
function readRow(car: PlainCar, fromM: number, toM: number, elapsedS: number): void {
  const { atM, sums, row } = car;
  const i = placeOf(car, fromM);
  const j = placeOf(car, toM);
  const fromShare = (fromM - atM[i]!) / (atM[i + 1]! - atM[i]!);
  const toShare = (toM - atM[j]!) / (atM[j + 1]! - atM[j]!);
  const from = i * COLUMNS;
  const to = j * COLUMNS;
  for (let k = 0; k < COLUMNS; k++) {
    const a = sums[from + k]!;
    const b = sums[to + k]!;
    row[k] = b + toShare * (sums[to + COLUMNS + k]! - b) - (a + fromShare * (sums[from + COLUMNS + k]! - a));
  }
  const durationS = row[BASE]!;
  const startC = car.tempC[i]!;
  const left = Math.exp(-elapsedS / TIME_CONSTANT_S);
  const kelvin = (car.setTempC - startC) * left;
  const warmed = -Math.expm1(-durationS / TIME_CONSTANT_S);
  const heats = kelvin > 0 && startC < 20;
  row[WARM_UP] = heats ? warmed * kelvin * car.perHeat[i]! : 0;
  row[WARM_UP + 2] = kelvin < 0 && startC >= 18 ? warmed * -kelvin : 0;
  car.warmUpByTemp = heats ? -warmed * left * car.perHeat[i]! : 0;
  const restJ = coldTyresJ(car, j, toShare);
  row[TYRE_WARM_UP] =
    Math.exp(-elapsedS / TIME_CONSTANT_S) *
    (coldTyresJ(car, i, fromShare) - Math.exp(-durationS / TIME_CONSTANT_S) * restJ);
}

function placeOf({ atM, segmentAtPart }: PlainCar, m: number): number {
  const count = atM.length - 1;
  const part = Math.min(count - 1, Math.trunc((m / atM[count]!) * count));
  let low = segmentAtPart[part]!;
  let high = segmentAtPart[part + 1]!;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (atM[middle]! <= m) low = middle;
    else high = middle - 1;
  }
  return low;
}

function coldTyresJ({ sums, tyreWarmUpJ }: PlainCar, i: number, share: number): number {
  const a = i * COLUMNS;
  const b = a + COLUMNS;
  const segmentS = sums[b + BASE]! - sums[a + BASE]!;
  const rollingW = (sums[b + ROLLING]! - sums[a + ROLLING]!) / segmentS;
  const leftS = (1 - share) * segmentS;
  const warmed = -Math.expm1(-leftS / TIME_CONSTANT_S);
  return rollingW * TIME_CONSTANT_S * warmed + Math.exp(-leftS / TIME_CONSTANT_S) * tyreWarmUpJ[i + 1]!;
}

/** fᵀCf, from one half of C. */
function parameterKwh2({ covariance, row, parameterFactor2 }: PlainCar): number {
  let sum = 0;
  for (let i = 0; i < F; i++) {
    let beside = 0;
    for (let j = i + 1; j < F; j++) beside += covariance[i * F + j]! * row[j]!;
    sum += row[i]! * (covariance[i * F + i]! * row[i]! + 2 * beside);
  }
  return (parameterFactor2 * sum) / J_PER_KWH ** 2;
}

function inputKwh2(car: PlainCar, usedKwh: number): number {
  const { theta, row, sigmas } = car;
  const byTemp =
    theta[AERO]! * row[AERO_BY_TEMP]! +
    theta[COLD_ROLLING]! * row[COLD_BY_TEMP]! +
    theta[HEAT]! * row[HEAT_BY_TEMP]! +
    theta[COOLING]! * row[COOLING_BY_TEMP]! +
    theta[WARM_UP]! * car.warmUpByTemp;
  const byWind = theta[AERO]! * row[AERO_BY_WIND]!;
  const changes = theta[SPEED_CHANGES]! * row[SPEED_CHANGES]!;
  const bySpeed =
    theta[AERO]! * row[AERO_BY_SPEED]! +
    theta[STOP_AND_GO]! * row[STOP_AND_GO_BY_SPEED]! -
    (theta[BASE]! * row[BASE]! + theta[HEAT]! * row[HEAT]! + theta[COOLING]! * row[COOLING]!) +
    2 * changes;
  const tyres =
    theta[ROLLING]! * row[ROLLING]! +
    theta[STOP_AND_GO]! * row[STOP_AND_GO]! +
    theta[TYRE_WARM_UP]! * row[TYRE_WARM_UP]!;
  const hills = theta[CLIMB]! * row[CLIMB]! + theta[COLD_ROLLING]! * row[COLD_ROLLING]!;
  const byMass = (tyres + hills + changes) / car.totalMassKg;
  const joules2 =
    (byTemp * sigmas.temperatureK) ** 2 +
    (byWind * sigmas.windMps) ** 2 +
    (bySpeed * sigmas.speedRatio) ** 2 +
    (byMass * sigmas.payloadKg) ** 2 +
    ((theta[AERO]! * row[AERO]! * sigmas.dragAreaM2) / car.dragAreaM2) ** 2 +
    ((tyres * sigmas.rollingRatio) / car.rollingRatio) ** 2;
  return joules2 / J_PER_KWH ** 2 + (usedKwh * sigmas.capacityRatio) ** 2;
}

/** What a calibration keeps and learns from, as numbers; one row of features per trip. */
export interface PlainLearning {
  readonly theta: Float64Array;
  readonly covariance: Float64Array;
  readonly priorVariance: Float64Array;
  readonly features: Float64Array;
  readonly labelsKwh: Float64Array;
}

const FORGETTING = 0.97;
const spread = new Float64Array(F);
const inflate = new Float64Array(F);

/** One Kalman step per trip, robust and forgetting: gain, θ, C − K(Cf)ᵀ. */
export function learnPlainly(learning: PlainLearning): void {
  const { theta, covariance, priorVariance, features, labelsKwh } = learning;
  for (let trip = 0; trip < labelsKwh.length; trip++) {
    const at = trip * F;
    let meanKwh = 0;
    let ownKwh2 = 0;
    for (let i = 0; i < F; i++) {
      let sum = 0;
      for (let j = 0; j < F; j++) sum += covariance[i * F + j]! * features[at + j]!;
      spread[i] = sum / J_PER_KWH;
      meanKwh += (theta[i]! * features[at + i]!) / J_PER_KWH;
      ownKwh2 += (spread[i]! * features[at + i]!) / J_PER_KWH;
    }
    const noiseKwh2 = (0.06 * meanKwh) ** 2 + 0.2;
    const sdKwh = Math.sqrt(ownKwh2 + noiseKwh2);
    const errorKwh = labelsKwh[trip]! - meanKwh;
    const total = ownKwh2 + (noiseKwh2 * (4 + (errorKwh / sdKwh) ** 2)) / 5;
    const clippedKwh = Math.min(3 * sdKwh, Math.max(-3 * sdKwh, errorKwh));
    for (let i = 0; i < F; i++) {
      theta[i] = Math.max(0, theta[i]! + (spread[i]! / total) * clippedKwh);
      const variance = covariance[i * F + i]! - spread[i]! ** 2 / total;
      const forgetting = features[at + i] === 0 ? 1 : FORGETTING;
      inflate[i] = Math.sqrt(Math.min(1 / forgetting, (4 * priorVariance[i]!) / variance));
    }
    for (let i = 0; i < F; i++)
      for (let j = 0; j < F; j++) {
        const c = covariance[i * F + j]! - (spread[i]! * spread[j]!) / total;
        covariance[i * F + j] = c * inflate[i]! * inflate[j]!;
      }
  }
}
