/** Values by placeholder; what is not known is absent. */
export type Values = Readonly<Partial<Record<string, string>>>;

const PLACEHOLDER = /\{([a-zA-Z0-9]+)\}/g;

/** Placeholders of a sentence, in order. */
export const placeholdersOf = (sentence: string): readonly string[] =>
  [...sentence.matchAll(PLACEHOLDER)].map((match) => match[1] ?? '');

/** The sentence with its placeholders filled in one pass, or undefined when a value is missing. */
export function fill(sentence: string, values: Values): string | undefined {
  if (placeholdersOf(sentence).some((name) => values[name] === undefined)) return undefined;
  return sentence.replace(PLACEHOLDER, (_, name: string) => values[name] ?? '');
}

/** All alternatives that can be filled, in order. */
export const fillAll = (alternatives: readonly string[], values: Values): readonly string[] =>
  alternatives.map((one) => fill(one, values)).filter((one) => one !== undefined);

/** The first alternative that can be filled; empty when none can. */
export const fillFirst = (alternatives: readonly string[], values: Values): string =>
  fillAll(alternatives, values)[0] ?? '';

/**
 * Characters that a name from outside must not bring into a message: line breaks and other controls (they
 * forge headers and lines), direction marks (they turn text round), invisible ones (they hide it).
 */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;

/** A name as plain text of at most `lengthMax` characters, cut at a word where possible. */
export function plainName(name: string, lengthMax: number): string {
  const clean = name.toWellFormed().replace(UNSAFE, ' ').replace(/\s+/g, ' ').trim();
  return shorten(clean, lengthMax);
}

/** At most `lengthMax` UTF-16 units, never half a character. */
export function shorten(text: string, lengthMax: number): string {
  if (text.length <= lengthMax) return text;
  let cut = '';
  for (const character of text) {
    if (cut.length + character.length > lengthMax - 1) break;
    cut += character;
  }
  const atWord = cut.lastIndexOf(' ');
  return `${(atWord > lengthMax / 2 ? cut.slice(0, atWord) : cut).trimEnd()}…`;
}
