export { type OpenStateOptions, openState } from './open.ts';
export * from './state.ts';
export { OwnershipOverlap } from './vehicles.ts';
