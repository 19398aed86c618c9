export * from './bus.ts';
export * from './joint-bus.ts';
export * from './kafka-topics-command.ts';
export * from './open.ts';
export * from './partition.ts';
export * from './relay.ts';
export * from './topics.ts';
export * from './typed.ts';
