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
import type { MapView } from '../server/answers-staff.ts';
import { openCarLayer } from './car-layer.ts';
import { coloursOfPage } from './map-shapes.ts';
import type { CarOnMap } from './needs-book.ts';
import { loadPlainWorld, plainMap } from './plain-map.ts';

// Loaded only when somebody looks at a map: it is larger than the rest of the page.

setWorkerUrl(workerUrl);

export interface FleetMap {
  /** Draws these cars with the next frame. */
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

/** Closer, the land that the page brings has no more to show. */
const CHOSEN_ZOOM = 7.5;
/** A finger is no needle. */
const TAP_PX = 14;

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
  void showLand(map);
  const layer = openCarLayer(place, colours, map);
  let isPlaced = false;
  const showAll = (): void => {
    const bounds = new LngLatBounds();
    for (const { lon, lat } of layer.cars().values()) bounds.extend([lon, lat]);
    if (bounds.isEmpty()) return;
    map.fitBounds(bounds, { padding: 40, maxZoom: CHOSEN_ZOOM, animate: isPlaced });
    isPlaced = true;
  };
  map.on('move', layer.draw);
  map.on('resize', layer.draw);
  map.on('click', ({ point }) => onChoose(layer.at(point, TAP_PX)));
  return {
    show(cars) {
      layer.show(cars);
      if (!isPlaced) showAll();
    },
    choose(vehicleId) {
      layer.choose(vehicleId);
      const car = vehicleId === undefined ? undefined : layer.cars().get(vehicleId);
      if (car !== undefined)
        map.easeTo({ center: [car.lon, car.lat], zoom: Math.max(CHOSEN_ZOOM, map.getZoom()) });
    },
    showAll,
    close() {
      layer.close();
      map.remove();
    },
  };
}

/** Cars without land around them are better than no cars. */
async function showLand(map: MapLibre): Promise<void> {
  const isLoaded = new Promise<void>((resolve) => map.once('load', () => resolve()));
  const world = await loadPlainWorld().catch(() => undefined);
  await isLoaded;
  if (world === undefined) return;
  await map.getSource<GeoJSONSource>('land')?.setData(world.land);
  await map.getSource<GeoJSONSource>('borders')?.setData(world.borders);
}

/** Credits come from the settings, and are text. */
const textOnly = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
