export * from './bus.ts';
export * from './topics.ts';
export * from './typed.ts';
