/** What the map of those who look after cars says in English. */
export const enMap = {
  title: 'Map of cars that need help',
  zoomIn: 'Closer',
  zoomOut: 'Farther',
  all: 'Show all',
  placed: (placed: number, total: number) =>
    total === 0 ? 'No car needs help.' : `${placed} of ${total} cars on the map.`,
  failed: (why: string) => `The map cannot be shown: ${why} The list has every car.`,
  noWebGl: 'this browser has no WebGL.',
  show: 'Show on the map',
  chosen: 'Chosen on the map',
  more: (count: number) => `Show more (${count} left)`,
  unknownPlace: 'where it is has not been told',
};
export type MapTexts = typeof enMap;
