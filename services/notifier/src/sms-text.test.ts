import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fitSegments, smsSize, toGsmText } from './sms-text.ts';

for (const { text, units, segments, alphabet } of [
  { text: 'a'.repeat(160), units: 160, segments: 1, alphabet: 'gsm-7' },
  { text: 'a'.repeat(161), units: 161, segments: 2, alphabet: 'gsm-7' },
  { text: 'a'.repeat(306), units: 306, segments: 2, alphabet: 'gsm-7' },
  { text: 'a'.repeat(307), units: 307, segments: 3, alphabet: 'gsm-7' },
  { text: '€'.repeat(80), units: 160, segments: 1, alphabet: 'gsm-7' },
  { text: '€'.repeat(81), units: 162, segments: 2, alphabet: 'gsm-7' },
  // 153 septets hold 76 escape pairs, not 76.5: a pair is never split.
  { text: '€'.repeat(153), units: 306, segments: 3, alphabet: 'gsm-7' },
  { text: 'я'.repeat(70), units: 70, segments: 1, alphabet: 'ucs-2' },
  { text: 'я'.repeat(71), units: 71, segments: 2, alphabet: 'ucs-2' },
  { text: 'я'.repeat(134), units: 134, segments: 2, alphabet: 'ucs-2' },
  { text: 'я'.repeat(135), units: 135, segments: 3, alphabet: 'ucs-2' },
  { text: '🔋'.repeat(35), units: 70, segments: 1, alphabet: 'ucs-2' },
  { text: '', units: 0, segments: 1, alphabet: 'gsm-7' },
] as const)
  test(`${text.slice(0, 2)} × ${[...text].length} takes ${segments} of ${alphabet}`, () => {
    expect(smsSize(text)).toEqual({ alphabet, units, segments });
  });

for (const { text, said } of [
  { text: '3 % (0–8 %) on arrival…', said: '3 % (0-8 %) on arrival...' },
  { text: 'Łódź “Główny”', said: 'Lodz "Glowny"' },
  { text: 'Åre, Müllers Café à Nîmes', said: 'Åre, Müllers Café à Nimes' },
  { text: '−6 °C → 5\u00a0%', said: '-6 deg C -> 5 %' },
  { text: 'Владивосток', said: 'Владивосток' },
])
  test(`"${text}" is said as "${said}"`, () => expect(toGsmText(text)).toBe(said));

test('what is cut fits, ends at a word and says that it goes on', () => {
  const long = 'Charge twelve minutes longer at the station. '.repeat(10);
  const cut = fitSegments(long, 1);
  expect(smsSize(cut).segments).toBe(1);
  expect(cut).toMatch(/\w\.\.\.$/);
  expect(long.startsWith(cut.slice(0, -3))).toBe(true);
  expect(fitSegments('short', 1)).toBe('short');
});

test('any text can be folded and cut to any size', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 400 }),
      fc.integer({ min: 1, max: 3 }),
      (text, segments) => {
        const folded = toGsmText(text);
        expect(smsSize(fitSegments(folded, segments)).segments).toBeLessThanOrEqual(segments);
        if (smsSize(text).alphabet === 'gsm-7') expect(smsSize(folded).alphabet).toBe('gsm-7');
      },
    ),
  );
});
