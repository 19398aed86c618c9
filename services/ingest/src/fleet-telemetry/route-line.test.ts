import { expect, test } from 'vitest';
import { decodeRouteLine } from './route-line.ts';

const message = (field: number, text: string): string =>
  Buffer.concat([Buffer.from([field * 8 + 2, text.length]), Buffer.from(text)]).toString('base64');

test('a line has six decimals, and fields beside it are skipped', () => {
  expect(decodeRouteLine('Chpje2B5ekF3cnBhVX1hWGdzbUB9c2BCX3RgQhIDYWJjGAc=')).toEqual([
    { lat: 48.137154, lon: 11.576124 },
    { lat: 48.150001, lon: 11.6 },
    { lat: 48.2, lon: 11.65 },
  ]);
});

test('both hemispheres', () => {
  // -34.6037, -58.3816 written by hand: zig-zag, five bits at a time, lowest first.
  const step = (value: number): string => {
    let rest = value < 0 ? -2 * value - 1 : 2 * value;
    let text = '';
    for (; rest >= 32; rest = Math.floor(rest / 32)) text += String.fromCharCode((rest % 32) + 32 + 63);
    return text + String.fromCharCode(rest + 63);
  };
  const line = step(-34_603_700) + step(-58_381_600) + step(1) + step(-1);
  expect(decodeRouteLine(message(1, line))).toEqual([
    { lat: -34.6037, lon: -58.3816 },
    { lat: -34.603699, lon: -58.381601 },
  ]);
});

for (const { name, text } of [
  { name: 'nothing', text: '' },
  { name: 'no base64', text: 'not base64!' },
  { name: 'a message without a line', text: 'EAE=' },
  { name: 'an empty line', text: message(1, '') },
  { name: 'bytes that are no message', text: Buffer.from([10, 200, 1]).toString('base64') },
  { name: 'half a point', text: message(1, '_p~iF') },
  { name: 'a number without an end', text: message(1, '~~~~~~~~~~~~~~~~') },
  { name: 'characters no line has', text: message(1, 'a b c') },
  { name: 'a point beyond the pole', text: message(1, '~~~~~~~f~~~~~~~f') },
])
  test(`${name} is no route`, () => {
    expect(decodeRouteLine(text)).toBeUndefined();
  });
