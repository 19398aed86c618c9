/** Every geocoder. A new one is a file beside this, its test, and a word here. */
export const geocoderNames = ['photon', 'nominatim'] as const;

export type { FoundPlace, Geocoder } from './geocoder.ts';
export * from './nominatim.ts';
export * from './photon.ts';
export * from './typed-coordinates.ts';
