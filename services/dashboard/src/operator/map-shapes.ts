import type { Map as MapLibre } from 'maplibre-gl';

/** The page's colours, as they are now: a map on a canvas does not follow its style sheet. */
export interface Colours {
  readonly paper: string;
  readonly card: string;
  readonly ink: string;
  readonly line: string;
  readonly road: string;
  readonly warning: string;
  readonly critical: string;
}

export function coloursOfPage(place: HTMLElement): Colours {
  const style = getComputedStyle(place);
  const colour = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    ...{ paper: colour('paper'), card: colour('card'), ink: colour('ink'), line: colour('line') },
    ...{ road: colour('road'), warning: colour('warning'), critical: colour('critical') },
  };
}

const SIZE = 24;
const PIXEL_RATIO = 2;

/** A need is told by its shape as well as by its colour. */
const SHAPES: Readonly<Record<'info' | 'warning' | 'critical', readonly (readonly [number, number])[]>> = {
  info: [],
  warning: [
    [12, 2],
    [22, 21],
    [2, 21],
  ],
  critical: [
    [12, 1],
    [23, 12],
    [12, 23],
    [1, 12],
  ],
};

/** One image for each need, named like it. */
export function addShapes(map: MapLibre, colours: Colours): void {
  const fills = { info: colours.road, warning: colours.warning, critical: colours.critical };
  for (const need of ['info', 'warning', 'critical'] as const)
    map.addImage(need, drawShape(SHAPES[need], fills[need], colours.card), { pixelRatio: PIXEL_RATIO });
}

function drawShape(corners: readonly (readonly [number, number])[], fill: string, edge: string): ImageData {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = SIZE * PIXEL_RATIO;
  const drawing = canvas.getContext('2d');
  if (drawing === null) throw new Error('the browser draws no pictures');
  drawing.scale(PIXEL_RATIO, PIXEL_RATIO);
  drawing.beginPath();
  if (corners.length === 0) drawing.arc(SIZE / 2, SIZE / 2, 7, 0, 2 * Math.PI);
  for (const [x, y] of corners) drawing.lineTo(x, y);
  drawing.closePath();
  drawing.fillStyle = fill;
  drawing.fill();
  drawing.lineWidth = 2;
  drawing.strokeStyle = edge;
  drawing.stroke();
  return drawing.getImageData(0, 0, canvas.width, canvas.height);
}
