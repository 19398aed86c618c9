export * from './bus.ts';
export * from './open.ts';
export * from './partition.ts';
export * from './relay.ts';
export * from './topics.ts';
export * from './typed.ts';
