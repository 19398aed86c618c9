import { baselineWarnedAt, type Judged } from '../demo/report.ts';
import { hanging, type Paint, WIDTH } from './lines.ts';
import { durationText } from './words.ts';

const COLUMNS = [25, 30, 10, 13, 11, 11] as const;

/** The whole demo in a table: who warned in time, decision by decision. */
export function summaryLines(drives: readonly Judged[], paint: Paint): readonly string[] {
  return [
    paint('bold', '═'.repeat(WIDTH)),
    paint('bold', 'Summary: warned in time?'),
    '',
    paint('dim', cells(['decision', 'Outrider', 'display', '10 % alarm', 'range 1.0', 'range 1.2'])),
    ...drives.flatMap((drive) => driveLines(drive, paint)),
    '',
    ...hanging('', FOOTNOTE).map((line) => paint('dim', line)),
  ];
}

const FOOTNOTE =
  'A decision counts as warned when a message that interrupts reached a channel the driver could notice then, ' +
  'before the last moment at which anything still helped. That moment comes from a search over the drive’s ' +
  'chargers and published consumption, not from the forecast. The car’s display counts from when the range it ' +
  'showed first fell below the road to go.';

function driveLines(drive: Judged, paint: Paint): readonly string[] {
  const { recording, verdicts, baselines, interruptions, suppressed } = drive;
  const { scenario } = recording;
  const warned = baselines.map((baseline) => baselineWarnedAt(scenario, verdicts, baseline));
  const held = Object.entries(suppressed).map(([reason, count]) => `${reason} ${count}`);
  return [
    paint('bold', scenario.title),
    ...verdicts.map(({ point, last, warning, leadMinutes }, index) => {
      const own =
        warning === undefined
          ? last.isNeeded
            ? 'NO'
            : 'silent, as it should'
          : `yes, ${durationText(leadMinutes ?? 0)} before${last.isNeeded ? '' : ' (needless)'}`;
      const others = warned.map((times) => (times[index] === undefined ? '–' : 'yes'));
      const isGood = (warning !== undefined) === last.isNeeded;
      return paint(isGood ? 'plain' : 'bad', cells([`  ${point.id}`, own, ...others]));
    }),
    paint(
      'dim',
      `  interrupted ${count(interruptions.length, 'time')}, ${count(recording.mails.length, 'mail')}; ` +
        `not sent: ${held.length === 0 ? 'nothing' : held.join(', ')}`,
    ),
  ];
}

const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;

const cells = (texts: readonly string[]): string =>
  texts
    .map((text, index) => `${text} `.padEnd(COLUMNS[index] ?? 0))
    .join('')
    .trimEnd();
