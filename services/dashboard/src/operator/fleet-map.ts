import {
  AttributionControl,
  type GeoJSONSource,
  LngLatBounds,
  Map as MapLibre,
  NavigationControl,
  setWorkerUrl,
} from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';
import 'maplibre-gl/dist/maplibre-gl.css';
import { after } from '../browser.ts';
import type { MapView } from '../server/answers-staff.ts';
import { addShapes, type Colours, coloursOfPage } from './map-shapes.ts';
import { type CarOnMap, changeBetween } from './needs-book.ts';
import { loadPlainWorld, plainMap } from './plain-map.ts';

// Loaded only when somebody looks at a map: it is larger than the rest of the page.

setWorkerUrl(workerUrl);

export interface FleetMap {
  /** Draws these cars, a few times a second at most. */
  show(cars: ReadonlyMap<string, CarOnMap>): void;
  choose(vehicleId: string | undefined): void;
  /** All cars in view. */
  showAll(): void;
  close(): void;
}

export interface MapWords {
  readonly label: string;
  readonly zoomIn: string;
  readonly zoomOut: string;
}

interface MapOptions {
  readonly place: HTMLElement;
  readonly drawnFrom: MapView;
  readonly words: MapWords;
  readonly onChoose: (vehicleId: string | undefined) => void;
}

/** Each drawing costs a frame or two where no graphics card helps; a position is a second old at most all the same. */
const DRAW_EVERY_MS = 400;
const CARS = 'cars';
/** Closer, the land that the page brings has no more to show. */
const CHOSEN_ZOOM = 7.5;

/** @throws when the browser has no WebGL */
export function openFleetMap({ place, drawnFrom, words, onChoose }: MapOptions): FleetMap {
  const colours = coloursOfPage(place);
  const map = new MapLibre({
    container: place,
    style: plainMap(drawnFrom, colours),
    center: [8, 49],
    zoom: 3,
    maxZoom: 17,
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    fadeDuration: 0,
    locale: {
      'Map.Title': words.label,
      'NavigationControl.ZoomIn': words.zoomIn,
      'NavigationControl.ZoomOut': words.zoomOut,
    },
  });
  map.addControl(new NavigationControl({ showCompass: false }));
  if (drawnFrom.credit !== null)
    map.addControl(new AttributionControl({ customAttribution: textOnly(drawnFrom.credit) }));
  const layer = carLayer(map, place);
  let chosen: string | undefined;
  const isLoaded = new Promise<void>((resolve) => map.once('load', () => resolve()));
  void loadPlainWorld().then(
    async ({ land, borders }) => {
      await isLoaded;
      await map.getSource<GeoJSONSource>('land')?.setData(land);
      await map.getSource<GeoJSONSource>('borders')?.setData(borders);
    },
    // Cars without land around them are better than no cars.
    () => undefined,
  );
  void isLoaded.then(() => {
    addCarLayers(map, colours);
    layer.start();
    ring(map, chosen);
  });
  map.on('click', ({ point }) => {
    const box: [[number, number], [number, number]] = [
      [point.x - 8, point.y - 8],
      [point.x + 8, point.y + 8],
    ];
    const [found] = map.getLayer(CARS) ? map.queryRenderedFeatures(box, { layers: [CARS] }) : [];
    onChoose(found?.properties.vehicleId as string | undefined);
  });
  return {
    show: layer.show,
    choose(vehicleId) {
      chosen = vehicleId;
      if (map.getLayer(CARS)) ring(map, chosen);
      const car = vehicleId === undefined ? undefined : layer.wanted().get(vehicleId);
      if (car !== undefined)
        map.easeTo({ center: [car.lon, car.lat], zoom: Math.max(CHOSEN_ZOOM, map.getZoom()) });
    },
    showAll: layer.showAll,
    close() {
      layer.stop();
      map.remove();
    },
  };
}

interface CarLayer {
  show(cars: ReadonlyMap<string, CarOnMap>): void;
  wanted(): ReadonlyMap<string, CarOnMap>;
  showAll(): void;
  start(): void;
  stop(): void;
}

/** What is drawn follows what is wanted, one change at a time, never more often than it may. */
function carLayer(map: MapLibre, place: HTMLElement): CarLayer {
  let wanted: ReadonlyMap<string, CarOnMap> = new Map();
  let shown: ReadonlyMap<string, CarOnMap> = new Map();
  let state: 'closed' | 'idle' | 'waiting' = 'closed';
  let takeBack: (() => void) | undefined;
  let isFitted = false;

  const showAll = (): void => {
    const bounds = new LngLatBounds();
    for (const { lon, lat } of wanted.values()) bounds.extend([lon, lat]);
    if (!bounds.isEmpty()) map.fitBounds(bounds, { padding: 40, maxZoom: CHOSEN_ZOOM, animate: isFitted });
    isFitted ||= !bounds.isEmpty();
  };
  const draw = (): void => {
    if (state !== 'idle' || shown === wanted) return;
    state = 'waiting';
    const { put, gone } = changeBetween(shown, wanted);
    shown = wanted;
    const source = map.getSource<GeoJSONSource>(CARS);
    const drawn = source?.updateData({ add: put.map(featureOf), remove: [...gone] });
    if (!isFitted) showAll();
    // For whoever measures how old what is seen is.
    map.once('render', () => place.dispatchEvent(new CustomEvent('drawn', { detail: put })));
    void Promise.all([drawn, new Promise<void>((go) => (takeBack = after(DRAW_EVERY_MS, go)))]).then(() => {
      if (state !== 'waiting') return;
      state = 'idle';
      draw();
    });
  };
  return {
    show(cars) {
      wanted = cars;
      draw();
    },
    wanted: () => wanted,
    showAll,
    start() {
      state = 'idle';
      draw();
    },
    stop() {
      state = 'closed';
      takeBack?.();
    },
  };
}

const featureOf = ({ vehicleId, lat, lon, need }: CarOnMap) => ({
  type: 'Feature' as const,
  geometry: { type: 'Point' as const, coordinates: [lon, lat] },
  properties: { vehicleId, need },
});

function addCarLayers(map: MapLibre, colours: Colours): void {
  addShapes(map, colours);
  map.addSource(CARS, {
    type: 'geojson',
    promoteId: 'vehicleId',
    data: { type: 'FeatureCollection', features: [] },
    maxzoom: 12,
    buffer: 16,
  });
  map.addLayer({
    id: 'chosen',
    type: 'circle',
    source: CARS,
    filter: ['==', ['get', 'vehicleId'], ''],
    paint: {
      'circle-radius': 16,
      'circle-opacity': 0,
      'circle-stroke-width': 4,
      'circle-stroke-color': colours.ink,
    },
  });
  map.addLayer({
    id: CARS,
    type: 'symbol',
    source: CARS,
    layout: {
      'icon-image': ['get', 'need'],
      'icon-allow-overlap': true,
      'icon-ignore-placement': true,
      // The gravest lies on top.
      'symbol-sort-key': ['match', ['get', 'need'], 'critical', 2, 'warning', 1, 0],
    },
  });
}

const ring = (map: MapLibre, vehicleId: string | undefined): void => {
  map.setFilter('chosen', ['==', ['get', 'vehicleId'], vehicleId ?? '']);
};

/** Credits come from the settings, and are text. */
const textOnly = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
