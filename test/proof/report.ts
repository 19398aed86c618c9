import type { Finding } from './promises.ts';

const BROKEN_SHOWN = 5;
const LABEL = 44;
const NUMBER = 9;

const row = (label: string, ...numbers: readonly (number | string)[]): string =>
  `  ${label.padEnd(LABEL)}${numbers.map((one) => String(one).padStart(NUMBER)).join('')}`;

/** Figures and promises as a table, with the first of what was broken. */
export function reportOf(
  figures: Readonly<Record<string, number>>,
  findings: readonly Finding[],
): readonly string[] {
  return [
    ...Object.entries(figures).map(([name, figure]) => row(name, figure)),
    '',
    row('promise', 'checked', 'broken'),
    ...findings.flatMap(({ promise, checked, broken }) => [
      row(promise, checked, broken.length),
      ...broken.slice(0, BROKEN_SHOWN).map((one) => `      ${one}`),
      ...(broken.length > BROKEN_SHOWN ? [`      and ${broken.length - BROKEN_SHOWN} more`] : []),
    ]),
    // A promise that was never put to the test was not kept.
    ...findings.filter(({ checked }) => checked === 0).map(({ promise }) => `not tested: ${promise}`),
  ];
}

/** Every promise was put to the test, and none was broken. */
export const isKept = (findings: readonly Finding[]): boolean =>
  findings.every(({ checked, broken }) => checked > 0 && broken.length === 0);
