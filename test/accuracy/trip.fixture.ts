import type { LoggedTrip } from './logged-trip.ts';
import { type ColumnName, parseTripLog, SOURCES, type TripLog } from './trip-log.ts';

/** What a cell of a made-up log holds at a moment; empty where null. */
export type Cells = Readonly<Record<string, (atS: number) => number | null>>;

/** A car that drives on, flickering as measured values do; nothing of it is from a real log. */
export const CELLS: Cells = {
  'Velocity [km/h]': (atS) => 50 + 5 * Math.sin(atS / 7),
  'Elevation [m]': () => 500,
  'Motor Torque [Nm]': (atS) => 20 + 10 * Math.cos(atS / 7),
  'Battery Voltage [V]': (atS) => 380 + 2 * Math.sin(3 * atS),
  'Battery Current [A]': (atS) => -20 - 10 * Math.cos(2 * atS),
  'Battery Temperature [°C]': () => 20,
  'SoC [%]': (atS) => 80 - atS / 100,
  'displayed SoC [%]': (atS) => 90 - atS / 100,
  'Heating Power CAN [kW]': () => 0,
  'Heating Power LIN [W]': () => 0,
  'Requested Heating Power [W]': () => 0,
  'AirCon Power [kW]': () => 0.4,
  'Ambient Temperature [°C]': () => 25,
  'Cabin Temperature Sensor [°C]': () => 24,
};

/** The text of a log at 10 Hz. */
export function writeLog(seconds: number, cells: Cells = CELLS, times = tenths(seconds)): string {
  const titles = Object.keys(cells);
  const lines = times.map((atS) => [atS, ...titles.map((title) => cells[title]!(atS) ?? '')].join(';'));
  return [['Time [s]', ...titles].join(';'), ...lines, ''].join('\r\n');
}

export const tenths = (seconds: number, from = 0): readonly number[] =>
  Array.from({ length: Math.round(10 * seconds) }, (_, i) => Math.round(10 * from + i) / 10);

/** Undefined is what the healthy drive has. */
type Values = Partial<Record<ColumnName, (second: number) => number | undefined>>;

/** A log of one value per second, as if read: a healthy drive but for the given columns. */
export function makeLog(durationS: number, values: Values = {}): TripLog {
  const read = parseTripLog('Made.csv', writeLog(durationS, CELLS));
  const names = [...Object.keys(SOURCES), 'batteryW'] as ColumnName[];
  const columns = Object.fromEntries(
    names.map((name) => [name, read.columns[name].map((value, i) => values[name]?.(i) ?? value)]),
  ) as Record<ColumnName, Float64Array>;
  return { name: 'Made', durationS, columns };
}

/** A value for some seconds, and for the others whatever the healthy drive has. */
export const during =
  (fromS: number, toS: number, value: (second: number) => number) =>
  (second: number): number | undefined =>
    second >= fromS && second < toS ? value(second) : undefined;

interface Figures {
  readonly name: string;
  readonly kwhPerKm: number;
  readonly km?: number;
  readonly ambientC?: number;
  readonly startedAtMs?: number | null;
}

/** A cleaned trip of ten minutes that used so much on such a distance. */
export function makeTrip({
  name,
  kwhPerKm,
  km = 10,
  ambientC = 25,
  startedAtMs = null,
}: Figures): LoggedTrip {
  const seconds = 600;
  const all = (value: number): Float64Array => new Float64Array(seconds).fill(value);
  const kwh = kwhPerKm * km;
  return {
    ...{ name, startedAtMs, season: ambientC < 15 ? 'winter' : 'summer', setTempC: 22, payloadKg: null },
    ...{ weather: '', note: '', followsDirectly: false, heights: 'ends', cuts: [] },
    timeS: Float64Array.from({ length: seconds }, (_, i) => i),
    speedMps: all((1_000 * km) / seconds),
    batteryW: all((3.6e6 * kwh) / seconds),
    socPct: Float64Array.from({ length: seconds }, (_, i) => 80 - ((kwh / 0.2) * i) / (seconds - 1)),
    displayedSocPct: all(Number.NaN),
    ...{ elevationM: all(500), heaterW: all(0), airConW: all(0), ambientC: all(ambientC) },
    ...{ cabinC: all(22), batteryC: all(20), motorNm: all(0) },
  };
}
