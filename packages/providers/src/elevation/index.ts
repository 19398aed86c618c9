/** Every source of heights, in the order they are asked. A new one is a file beside this, its test, and a word here. */
export const elevationProviderNames = ['valhalla-heights', 'hgt-folder'] as const;

export * from './elevation-provider.ts';
export * from './hgt-folder.ts';
export * from './profile.ts';
export * from './valhalla-heights.ts';
