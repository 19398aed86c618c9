import { encodeRecord, TOPICS, withTrace } from '@outrider/bus';
import type { Alert, Command, Remedy } from '@outrider/domain';
import { chargePowerKw, coldChargeRatio, type VehicleModel } from '@outrider/energy';
import { contentId } from '@outrider/runtime';
import type { OutboxRow } from '@outrider/state';
import type { Trust } from '@outrider/trust';
import type { OutboxTools } from './checkpoint-rows.ts';
import type { SaidAlert } from './judge.ts';
import type { Residents } from './residents.ts';
import { HEATER_KW, WARM_C } from './warming.ts';

type Warming = Extract<Remedy, { kind: 'precondition' }>;

/** A fast charge takes about so long with a warm battery: what the cold adds is in proportion. */
const WARM_CHARGE_MINUTES = 20;
/** Half way up its charge a car takes about what it takes on average. */
const MIDDLE_SOC_PCT = 50;
/** The plug the energy is bought back at. */
const PLUG = { kind: 'dc', maxPowerKw: 150 } as const;
/** Likelier than this to miss the reserve with a warmed battery: the charge is needed for the way. */
const RISK_MAX = 1 / 22;
/** Warm enough that the alert is over for the good reason: the car may finish what it does. */
const NEARLY_WARM_C = 15;

/**
 * Warming begins when it pays: the minutes it saves at the charger are at least twice those that buying its energy
 * back there takes, at least half of it fits in before the charger, and the way there does not need the charge.
 */
export function isWarmingWorth(alert: Alert, vehicle: VehicleModel): boolean {
  const warming = warmingOf(alert);
  const { batteryTempC, minutesToFastCharge, isFastChargeAhead } = alert.facts;
  if (warming === undefined || isFastChargeAhead !== true) return false;
  if (typeof batteryTempC !== 'number' || typeof minutesToFastCharge !== 'number') return false;
  if (warming.belowReserveProbability > RISK_MAX) return false;
  if (warming.minutes > 2 * minutesToFastCharge) return false;
  const savedMinutes =
    WARM_CHARGE_MINUTES * (1 / coldChargeRatio(batteryTempC) - 1 / coldChargeRatio(WARM_C));
  const boughtBackMinutes =
    (warming.minutes * HEATER_KW) / chargePowerKw(vehicle, PLUG, MIDDLE_SOC_PCT, WARM_C);
  return savedMinutes >= 2 * boughtBackMinutes;
}

/**
 * What an alert's step does to the command of its episode: asks for it, takes it back (the charger is no longer
 * next, something else is advised), or neither. There is one command per episode, whatever is said of it how often.
 */
export function decideCommand(
  { alert, isShadow, adviceBefore }: SaidAlert,
  vehicle: VehicleModel,
): 'asked' | 'cancelled' | null {
  if (isShadow) return null;
  if (alert.state === 'firing' && isWarmingWorth(alert, vehicle)) return 'asked';
  if (adviceBefore !== 'precondition' || warmingOf(alert) !== undefined) return null;
  const { batteryTempC, isFastChargeAhead } = alert.facts;
  const isWarm = typeof batteryTempC === 'number' && batteryTempC >= NEARLY_WARM_C;
  return isWarm && isFastChargeAhead === true ? null : 'cancelled';
}

/** Part of the checkpoint, so that an alert and its command stand or fall together. The cars must be prepared. */
export function commandRows(
  alerts: readonly SaidAlert[],
  cars: Pick<Residents, 'get'>,
  nowMs: number,
  { trust, log }: OutboxTools,
): OutboxRow[] {
  return alerts.flatMap((said) => {
    const { alert } = said;
    const { vehicleId } = alert;
    const resident = cars.get(vehicleId);
    const state = resident === undefined ? null : decideCommand(said, resident.live.vehicle);
    if (state === null || !mayAsk(vehicleId, nowMs, trust)) return [];
    const command = commandOf(alert, state);
    log.info({ vehicleId, commandId: command.commandId, state }, 'a command is on its way');
    const record = encodeRecord(TOPICS.commands, vehicleId, command, nowMs, trust);
    const { topic, key, value, headers = {} } = withTrace(record, resident?.traceparent);
    const outboxId = `command/${command.commandId}/${state}`;
    return [{ outboxId, writer: 'predictor', topic, key, value, headers, createdAtMs: nowMs }];
  });
}

const warmingOf = ({ remedies: [first] }: Alert): Warming | undefined =>
  first?.kind === 'precondition' ? first : undefined;

function commandOf(alert: Alert, state: 'asked' | 'cancelled'): Command {
  const { alertId, vehicleId, startedAtMs, changedAtMs, expiresAtMs } = alert;
  const minutes = warmingOf(alert)?.minutes;
  return {
    // Of the episode: saying it again, also after a restart, asks for nothing new.
    commandId: `cmd_${contentId('warm-battery', alertId)}`,
    ...{ vehicleId, kind: 'precondition-battery', state, askedAtMs: startedAtMs, expiresAtMs, changedAtMs },
    ...(minutes !== undefined && minutes <= 240 && { minutes, energyKwh: (minutes * HEATER_KW) / 60 }),
    alertId,
    ...(state === 'cancelled' && { reason: 'plan-changed' }),
  };
}

/** Off until its owner switches it on; the gateway asks again at the moment it hands it over. */
const mayAsk = (vehicleId: string, nowMs: number, trust: Trust): boolean =>
  trust.decide({
    ...{ purpose: 'warm_battery', vehicleId, dataClass: 'plain' },
    ...{ actor: { kind: 'service', name: 'predictor' }, aboutFromMs: nowMs, aboutToMs: nowMs },
  }).kind === 'allow';
