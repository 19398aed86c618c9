export * from './bus.ts';
export * from './topics.ts';
export * from './typed.ts';
export * from './relay.ts';
