import { onNextFrame } from '../browser.ts';
import { type Colours, drawShapes, SHAPE_PX } from './map-shapes.ts';
import { type CarOnMap, inDrawingOrder } from './needs-book.ts';

/** Cars over a map, on a canvas of their own: the map itself need not be drawn again when one of them moves. */
export interface CarLayer {
  show(cars: ReadonlyMap<string, CarOnMap>): void;
  choose(vehicleId: string | undefined): void;
  cars(): ReadonlyMap<string, CarOnMap>;
  /** At once: the map moved. */
  draw(): void;
  /** The car nearest to a point of the canvas, `withinPx` at most. */
  at(point: Point, withinPx: number): string | undefined;
  close(): void;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Where a place is on the map now, in pixels of the page from its top left. */
interface Projection {
  project(place: [lon: number, lat: number]): Point;
}

const RING_PX = 16;

export function openCarLayer(place: HTMLElement, colours: Colours, projection: Projection): CarLayer {
  const canvas = document.createElement('canvas');
  canvas.className = 'cars';
  canvas.setAttribute('aria-hidden', 'true');
  place.append(canvas);
  const drawing = canvas.getContext('2d');
  const shapes = drawShapes(colours);
  let cars: ReadonlyMap<string, CarOnMap> = new Map();
  let order: readonly CarOnMap[] = [];
  let chosen: string | undefined;
  let isWaiting = false;
  let moved: CarOnMap[] = [];

  const pointOf = ({ lon, lat }: CarOnMap): Point => projection.project([lon, lat]);
  const draw = (): void => {
    if (drawing === null) return;
    fitTo(canvas, place);
    const scale = canvas.width / place.clientWidth;
    drawing.setTransform(scale, 0, 0, scale, 0, 0);
    drawing.clearRect(0, 0, place.clientWidth, place.clientHeight);
    for (const car of order) {
      const { x, y } = pointOf(car);
      if (x < -SHAPE_PX || y < -SHAPE_PX || x > place.clientWidth + SHAPE_PX) continue;
      drawing.drawImage(shapes[car.need], x - SHAPE_PX / 2, y - SHAPE_PX / 2, SHAPE_PX, SHAPE_PX);
    }
    const one = chosen === undefined ? undefined : cars.get(chosen);
    if (one !== undefined) drawRing(drawing, pointOf(one), colours.ink);
    // For whoever measures how old what is seen is.
    if (moved.length > 0) place.dispatchEvent(new CustomEvent('drawn', { detail: moved }));
    moved = [];
  };
  const drawSoon = (): void => {
    if (isWaiting) return;
    isWaiting = true;
    onNextFrame(() => {
      isWaiting = false;
      if (canvas.isConnected) draw();
    });
  };
  return {
    show(next) {
      for (const car of next.values()) if (cars.get(car.vehicleId)?.lat !== car.lat) moved.push(car);
      cars = next;
      order = inDrawingOrder(next.values());
      drawSoon();
    },
    choose(vehicleId) {
      chosen = vehicleId;
      drawSoon();
    },
    cars: () => cars,
    draw,
    at(point, withinPx) {
      const distancePx = (car: CarOnMap): number => {
        const { x, y } = pointOf(car);
        return Math.hypot(x - point.x, y - point.y);
      };
      const near = order.map((car) => ({ car, px: distancePx(car) })).filter(({ px }) => px <= withinPx);
      // Of equals the one on top.
      return near.toReversed().toSorted((a, b) => a.px - b.px)[0]?.car.vehicleId;
    },
    close: () => canvas.remove(),
  };
}

function fitTo(canvas: HTMLCanvasElement, { clientWidth, clientHeight }: HTMLElement): void {
  const [width, height] = [clientWidth, clientHeight].map((px) => Math.round(px * devicePixelRatio));
  if (width === undefined || height === undefined) return;
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
}

function drawRing(drawing: CanvasRenderingContext2D, { x, y }: Point, colour: string): void {
  drawing.beginPath();
  drawing.arc(x, y, RING_PX, 0, 2 * Math.PI);
  drawing.lineWidth = 4;
  drawing.strokeStyle = colour;
  drawing.stroke();
}
