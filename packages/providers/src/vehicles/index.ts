/** Every decoder of VINs. A new one is a file beside this, its test, and a word here. */
export const vinDecoderNames = ['vpic'] as const;

export * from './vin-decoder.ts';
export * from './vpic.ts';
