export {
  type DecodedRecord,
  decodeFleetRecord,
  type FleetRecord,
  type RecordType,
} from './decode-record.ts';
export { type Field, TESLA } from './field.ts';
export { fieldOf } from './fields.ts';
export { createPackPowers, type PackPower, POWER_WINDOW_MS } from './pack-power.ts';
export { pathsOf } from './read-datum.ts';
export { decodeRouteLine } from './route-line.ts';
