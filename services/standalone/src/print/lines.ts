// Text for a terminal of 100 columns.

export const WIDTH = 100;

export type Tone = 'plain' | 'dim' | 'bold' | 'warning' | 'critical' | 'good' | 'bad';

/** Puts colour around a text, or leaves it as it is. */
export type Paint = (tone: Tone, text: string) => string;

export const plainPaint: Paint = (_tone, text) => text;

const CODES: Readonly<Record<Tone, string>> = {
  plain: '',
  dim: '2',
  bold: '1',
  warning: '33',
  critical: '31',
  good: '32',
  bad: '31',
};

export const ansiPaint: Paint = (tone, text) =>
  CODES[tone] === '' ? text : `\u001b[${CODES[tone]}m${text}\u001b[0m`;

const GLUE = '\u00a0';

/** Breaks a text at spaces, but never between a figure and its unit; a word longer than the width stands alone. */
export function wrap(text: string, width: number): readonly string[] {
  return wrapWords(
    text
      .replace(/\s+/g, ' ')
      .replace(/ (?=[%°])/g, GLUE)
      .split(' '),
    width,
  ).map((line) => line.replaceAll(GLUE, ' '));
}

function wrapWords(words: readonly string[], width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of words) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  if (line !== '') lines.push(line);
  return lines;
}

/** First line after `head`, the others below it. */
export function hanging(head: string, text: string, width = WIDTH): readonly string[] {
  const indent = ' '.repeat(head.length);
  return wrap(text, width - head.length).map((line, index) => `${index === 0 ? head : indent}${line}`);
}

/** A box as a message stands on a lock screen: a head in the frame, a first line, and the text. */
export function box(
  head: string,
  title: string,
  body: string,
  options: { readonly indent: string; readonly paint: Paint; readonly tone: Tone },
): readonly string[] {
  const inner = WIDTH - options.indent.length - 4;
  const { indent, paint, tone } = options;
  const edge = (text: string) => paint(tone, text);
  const row = (text: string, rowTone: Tone) =>
    `${indent}${edge('│')} ${paint(rowTone, text.padEnd(inner))} ${edge('│')}`;
  return [
    `${indent}${edge(`┌─ ${head} ${'─'.repeat(Math.max(0, inner - head.length - 1))}┐`)}`,
    ...wrap(title, inner).map((line) => row(line, 'bold')),
    ...wrap(body, inner).map((line) => row(line, 'plain')),
    `${indent}${edge(`└${'─'.repeat(inner + 2)}┘`)}`,
  ];
}
