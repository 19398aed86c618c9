import type { Judged } from '../demo/report.ts';
import { driveSection } from './drive-section.ts';
import { lines } from './markup.ts';
import { STYLE } from './style.ts';

/** The demo as one file that needs nothing else: no script, no font, no picture from elsewhere. */
export const demoPage = (drives: readonly Judged[]): string =>
  `${lines(
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; style-src \'unsafe-inline\'">',
    '<title>Outrider: what was said, and when</title>',
    `<style>${STYLE}</style></head><body>`,
    '<header><h1>Outrider rode ahead</h1>',
    '<p>Drives replayed through the whole path: the car’s telemetry in, a forecast at every moment from what was known ' +
      'then, a message to the driver while something could still be done.</p></header>',
    `<main>${lines(drives.map(driveSection))}</main>`,
    '<footer><p>Positions and figures between published ones are interpolated. The forecast never saw what came later. ' +
      'The last moment at which something helped comes from a search over the drive’s chargers and published ' +
      'consumption, not from the forecast.</p></footer>',
    '</body></html>',
  )}\n`;
