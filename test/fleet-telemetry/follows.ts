import { SIGNAL } from '@outrider/domain';
import { POWER_WINDOW_MS } from '@outrider/ingest';
import type { ExpectedDatum } from './recordings.ts';
import type { Value } from './truth.ts';

// What is stored beside the data because it follows from them: it is no extra, if it does follow.

/** The data of one car and moment. */
export interface Moment {
  readonly atMs: number;
  readonly data: readonly ExpectedDatum[];
}

const PLUGGED: Readonly<Record<string, boolean>> = {
  ...{ Disconnected: false, NoPower: true, Starting: true, Charging: true, Complete: true, Stopped: true },
};

/** Whether a stored value follows from what one car said; `around` are its moments within the window of power. */
export function follows(path: string, value: Value, at: Moment, around: readonly Moment[]): boolean {
  const saidOf = (field: string): readonly unknown[] =>
    at.data.filter((one) => one.field === field).map((one) => one.value);
  switch (path) {
    case SIGNAL.power:
      return isProduct(value, at, around);
    case SIGNAL.isPlugged:
      return saidOf('DetailedChargeState').some((state) => PLUGGED[String(state)] === value);
    case SIGNAL.isCharging:
      return saidOf('DetailedChargeState').some((state) => (state === 'Charging') === value);
    case SIGNAL.isFastCharging:
      return saidOf('FastChargerPresent').includes(value);
    case SIGNAL.soc:
    case SIGNAL.socDisplayed:
    case SIGNAL.chargeLimit:
      return at.data.some((one) => typeof one.value === 'number' && isRounding(one.value, value));
    case SIGNAL.heading:
      return saidOf('GpsHeading').some((deg) => typeof deg === 'number' && deg < 0 && deg + 360 === value);
    default:
      return false;
  }
}

const isRounding = (said: number, value: Value): boolean =>
  (value === 0 && said < 0 && said >= -1) || (value === 100 && said > 100 && said <= 101);

function isProduct(value: Value, at: Moment, around: readonly Moment[]): boolean {
  const near = around.filter(({ atMs }) => Math.abs(atMs - at.atMs) <= POWER_WINDOW_MS);
  const numbers = (field: string): readonly number[] =>
    near.flatMap(({ data }) =>
      data
        .filter((one) => one.field === field)
        .map((one) => Number(one.written?.stringValue ?? one.value))
        .filter(Number.isFinite),
    );
  return numbers('PackVoltage').some((volts) =>
    numbers('PackCurrent').some(
      (amps) => Math.abs(volts * amps - Number(value)) <= 1e-9 * Math.abs(Number(value)),
    ),
  );
}
