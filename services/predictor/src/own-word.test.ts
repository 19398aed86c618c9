import { SIGNAL, type SignalRecord, type SignalValue, TESLA_SIGNAL } from '@outrider/domain';
import { expect, test } from 'vitest';
import { alertsIn } from './own-word.ts';
import { emptyVehicleState, foldConnection, foldRecord, openedRecord } from './vehicle-state.ts';

const record = (observedAtMs: number, values: Record<string, SignalValue>) =>
  openedRecord(
    {
      ...{ recordId: `r${observedAtMs}`, vehicleId: 'veh_aaaaaaaaaaaa', observedAtMs, values },
      ...{ receivedAtMs: observedAtMs, source: 'fleet-telemetry' },
    } satisfies SignalRecord,
    {},
    observedAtMs,
  );
const fold = (...records: ReturnType<typeof record>[]) =>
  records.reduce(foldRecord, emptyVehicleState('veh_aaaaaaaaaaaa'));
const alert = (name: string, isActive: boolean) => ({
  [`Vehicle.Private.Tesla.Alerts.${name}.IsActive`]: isActive,
});

test('only what is read is remembered', () => {
  const said = { [SIGNAL.soc]: 50, 'Vehicle.Private.Tesla.RouteLine': 'x'.repeat(9_000), Unknown: 1 };
  expect(Object.keys(fold(record(1, said)).latest)).toEqual([SIGNAL.soc]);
});

test('an alert is active until it ends', () => {
  const begun = fold(record(1, alert('BMS_a', true)), record(2, alert('BMS_b', true)));
  expect(alertsIn(begun.latest)).toEqual(['BMS_a', 'BMS_b']);
  expect(alertsIn(foldRecord(begun, record(3, alert('BMS_a', false))).latest)).toEqual(['BMS_b']);
});

test('of very many alerts the oldest are forgotten', () => {
  const many = Array.from({ length: 60 }, (_, index) => record(index + 1, alert(`A${index}`, true)));
  const { latest } = fold(...many);
  expect(alertsIn(latest)).toHaveLength(50);
  expect(alertsIn(latest)).not.toContain('A9');
});

test('the name of an error stays, its text does not', () => {
  const { latest } = fold(record(5, { 'Vehicle.Private.Tesla.Errors.parse.Body': 'long text' }));
  expect(latest).toEqual({ [TESLA_SIGNAL.lastError]: { value: 'parse', atMs: 5 } });
});

test('a word about the connection makes nothing late, and an older one changes nothing', () => {
  const driven = fold(record(10, { [SIGNAL.soc]: 50 }));
  const said = (atMs: number, status: string) => record(atMs, { [TESLA_SIGNAL.connection]: status });
  const connected = foldConnection(driven, said(90, 'CONNECTED'));
  expect(connected.observedToMs).toBe(10);
  expect(foldConnection(connected, said(80, 'DISCONNECTED'))).toBe(connected);
});
