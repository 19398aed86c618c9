const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as it may stand in an element or in an attribute. Everything from a scenario or a mail goes through it;
 * a figure stays beside its unit. */
export const escapeText = (text: string): string =>
  text.replace(/ (?=[%°])/g, '\u00a0').replace(/[&<>"']/g, (one) => ENTITIES[one] ?? one);

/** Joins pieces of markup, one per line. */
export const lines = (...pieces: readonly (string | readonly string[])[]): string =>
  pieces
    .flat()
    .filter((one) => one !== '')
    .join('\n');

/** A coordinate; a tenth of a pixel is fine enough. */
export const px = (value: number): string => String(Number(value.toFixed(1)));
