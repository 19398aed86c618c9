/** What Valhalla says in words, and the numbers its HTTP server adds (its error codes). */
const CODES: readonly (readonly [RegExp, number])[] = [
  [/No suitable edges/i, 171],
  [/unconnected regions/i, 170],
  [/No path could be found/i, 442],
  [/Path distance exceeds/i, 154],
  [/Insufficient number of locations/i, 120],
  [/No costing method/i, 125],
  [/edge_walk/i, 443],
  [/Map Match/i, 444],
];
/** Of errors it has no number for. */
const UNKNOWN = 199;

/** An error of the package, which has words only, as the HTTP server would send it. */
export function actorFailure(message: string): { readonly error_code: number; readonly error: string } {
  const error_code = CODES.find(([words]) => words.test(message))?.[1] ?? UNKNOWN;
  return { error_code, error: message };
}
