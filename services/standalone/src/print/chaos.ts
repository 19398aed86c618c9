import type { ChaosReport } from '../chaos/chaos.ts';
import { VICTIMS } from '../chaos/disturbances.ts';
import type { Outcome } from '../chaos/outcome.ts';
import type { Verdict } from '../demo/verdicts.ts';
import { hanging, type Paint, WIDTH } from './lines.ts';
import { durationText, type Words, wordsFor } from './words.ts';

const COLUMNS = [28, 30] as const;
const BROKEN_SHOWN = 10;

/** Both drives side by side: what was promised, what came of it, and when each decision was warned of. */
export function chaosLines(report: ChaosReport, paint: Paint): readonly string[] {
  const { clean, chaos, seed, broken } = report;
  const { scenario } = clean.drive.recording;
  const words = wordsFor(scenario);
  return [
    paint('bold', '═'.repeat(WIDTH)),
    paint('bold', `${scenario.title}, and the same in chaos (seed ${seed})`),
    ...hanging('', disturbancesText(report, words)),
    '',
    paint('dim', cells('', 'undisturbed, one process', 'in chaos, six processes')),
    ...countLines(report, paint),
    paint('bold', 'warned in time'),
    ...clean.drive.verdicts.map((verdict, index) => {
      const other = chaos.drive.verdicts[index];
      const isLost = verdict.warning !== undefined && other?.warning === undefined;
      const row = cells(`  ${verdict.point.id}`, warnedText(verdict, words), warnedText(other, words));
      return paint(isLost ? 'bad' : 'plain', row);
    }),
    '',
    ...verdictLines(broken, paint),
    ...hanging('', FOOTNOTE).map((line) => paint('dim', line)),
  ];
}

const FOOTNOTE =
  'Counted in the files of each drive and at the end of its channels, by ids. Times of kills and of the weather ' +
  'are those of the drive. A service dies before or after a write, as the seed says; it stays away for up to two ' +
  'minutes of the drive, which a warning may come later for.';

function disturbancesText({ deaths, disturbances }: ChaosReport, words: Words): string {
  const { weatherAway, doubled, shuffled } = disturbances;
  const kills = VICTIMS.map((service) => {
    const times = deaths.filter((one) => one.service === service).map(({ diedAtMs }) => words.time(diedAtMs));
    return `${service} ${times.length === 0 ? 'never' : times.join(', ')}`;
  });
  return (
    `Killed with -9: ${kills.join('; ')}. No weather from ${words.time(weatherAway.fromMs)} to ` +
    `${words.time(weatherAway.toMs)}. Of the car’s frames ${doubled} came twice and ${shuffled} after the next one.`
  );
}

function countLines({ clean, chaos, deaths }: ChaosReport, paint: Paint): readonly string[] {
  const row = (
    name: string,
    of: (one: Outcome) => string,
    isBroken: (one: Outcome) => boolean = () => false,
  ) => paint(isBroken(chaos) ? 'bad' : 'plain', cells(name, of(clean), of(chaos)));
  const none = (name: string, those: (one: Outcome) => readonly string[]) =>
    row(
      name,
      (one) => `${those(one).length}`,
      (one) => those(one).length > 0,
    );
  return [
    cells('services killed', '0', `${deaths.length}`),
    row('frames acknowledged', ({ acked, distinct }) =>
      acked === distinct ? `${acked}` : `${acked}, ${distinct} different`,
    ),
    row('frames stored', ({ stored }) => `${stored}`),
    none('  lost', ({ broken }) => broken.framesLost),
    none('  stored twice', ({ broken }) => broken.framesDoubled),
    row('alerts raised', ({ alerts }) => `${alerts}`),
    none('  lost', ({ broken }) => broken.alertsLost),
    none('  doubled', ({ broken }) => broken.alertsDoubled),
    row('messages on the screen', ({ delivered }) => `${delivered.feed}`),
    row('mails', ({ delivered }) => `${delivered.email}`),
    row('interruptions', ({ drive }) => `${drive.interruptions.length}`),
    row(
      '  without a forecast',
      ({ degraded, broken }) => `${degraded}, of which ${degraded - broken.notSaid.length} say so`,
      ({ broken }) => broken.notSaid.length > 0,
    ),
  ];
}

function warnedText(verdict: Verdict | undefined, words: Words): string {
  if (verdict?.warnedAtMs === undefined) return verdict?.last.isNeeded === false ? 'silent' : 'NO';
  const lead = verdict.leadMinutes === undefined ? '' : `, ${durationText(verdict.leadMinutes)} before`;
  return `${words.time(verdict.warnedAtMs)}${lead}`;
}

function verdictLines(broken: readonly string[], paint: Paint): readonly string[] {
  if (broken.length === 0)
    return [
      paint('good', 'Kept: acknowledged = stored; alerts lost 0, doubled 0; what is less sure says so.'),
    ];
  const more = broken.length - BROKEN_SHOWN;
  return [
    paint('bad', 'BROKEN'),
    ...broken.slice(0, BROKEN_SHOWN).flatMap((one) => hanging('  ', one)),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}

const cells = (...texts: readonly string[]): string =>
  texts
    .map((text, index) => `${text} `.padEnd(COLUMNS[index] ?? 0))
    .join('')
    .trimEnd();
