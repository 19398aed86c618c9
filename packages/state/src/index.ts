export { type OpenStateOptions, openState } from './open.ts';
export { CommitUnknown } from './postgres.ts';
export * from './state.ts';
export { OwnershipOverlap } from './vehicles.ts';
export { notificationOfLine } from './watch-lines.ts';
