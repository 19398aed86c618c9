export type {
  AssignmentEnd,
  ConsentChange,
  Erasure,
  NewAssignment,
  OwnershipEnd,
  Registration,
  TrustAdmin,
} from './admin.ts';
export { createTrust, type FullTrust, type TrustOptions, UnknownSubject } from './create-trust.ts';
export * from './policy.ts';
export * from './ports.ts';
export type { Quarantine } from './quarantine.ts';
export { BOX_OVERHEAD_BYTES } from './seal.ts';
export * from './told.ts';
export * from './trust.ts';
