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

/** Width and height of a shape, in pixels of the page. */
export const SHAPE_PX = 24;
/** Sharp on screens of phones, too. */
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

type Need = keyof typeof SHAPES;

/** One picture for each need. */
export function drawShapes({
  road,
  warning,
  critical,
  card,
}: Colours): Readonly<Record<Need, CanvasImageSource>> {
  return {
    info: drawShape(SHAPES.info, road, card),
    warning: drawShape(SHAPES.warning, warning, card),
    critical: drawShape(SHAPES.critical, critical, card),
  };
}

function drawShape(
  corners: readonly (readonly [number, number])[],
  fill: string,
  edge: string,
): CanvasImageSource {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = SHAPE_PX * PIXEL_RATIO;
  const drawing = canvas.getContext('2d');
  if (drawing === null) throw new Error('the browser draws no pictures');
  drawing.scale(PIXEL_RATIO, PIXEL_RATIO);
  drawing.beginPath();
  if (corners.length === 0) drawing.arc(SHAPE_PX / 2, SHAPE_PX / 2, 7, 0, 2 * Math.PI);
  for (const [x, y] of corners) drawing.lineTo(x, y);
  drawing.closePath();
  drawing.fillStyle = fill;
  drawing.fill();
  drawing.lineWidth = 2;
  drawing.strokeStyle = edge;
  drawing.stroke();
  return canvas;
}
