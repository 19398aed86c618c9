import type { MapTexts } from './en-map.ts';

/** What the map of those who look after cars says in German. */
export const deMap: MapTexts = {
  title: 'Karte der Autos, die Hilfe brauchen',
  zoomIn: 'Näher',
  zoomOut: 'Weiter weg',
  all: 'Alle zeigen',
  placed: (placed, total) =>
    total === 0 ? 'Kein Auto braucht Hilfe.' : `${placed} von ${total} Autos auf der Karte.`,
  failed: (why) => `Die Karte kann nicht gezeigt werden: ${why} Die Liste hat alle Autos.`,
  noWebGl: 'Dieser Browser hat kein WebGL.',
  show: 'Auf der Karte zeigen',
  chosen: 'Auf der Karte gewählt',
  more: (count) => `Mehr zeigen (noch ${count})`,
  unknownPlace: 'wo es ist, wurde nicht gesagt',
};
