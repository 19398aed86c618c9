import { baselineWarnedAt, type Judged } from '../demo/report.ts';
import type { Verdict } from '../demo/verdicts.ts';
import type { Baseline, Followed } from '../scenario/index.ts';
import { hanging, type Paint } from './lines.ts';
import { adviceText, bandText, baselineName, channelsText, durationText, type Words } from './words.ts';

interface Style {
  readonly time: string;
  readonly indent: string;
  readonly words: Words;
  readonly paint: Paint;
}

const NAME_WIDTH = 27;

/** What was computed for "advice followed", and from what. Said wherever it is shown. */
export const FOLLOWED_LABEL = 'computed from the drive’s published consumption, not from our model';

/** One decision, after its last chance: who had warned by then, and what following or ignoring it gives. */
export function comparisonLines(drive: Judged, index: number, style: Style): readonly string[] {
  const verdict = drive.verdicts[index];
  if (verdict === undefined) return [];
  const { scenario } = drive.recording;
  const { point, last } = verdict;
  const { time, indent, words, paint } = style;
  const row = (name: string, text: string) => hanging(`${indent}  ${name.padEnd(NAME_WIDTH)}`, text);
  return [
    ...hanging(`${time}◆ `, `Decision at ${point.place.name}: ${point.note ?? point.id}`).map((line) =>
      paint('bold', line),
    ),
    ...hanging(`${indent}  `, remedyText(verdict)).map((line) => paint('dim', line)),
    ...row('Outrider', ownText(verdict, words)).map((line) =>
      paint(verdict.warning === undefined ? (last.isNeeded ? 'bad' : 'plain') : 'good', line),
    ),
    ...drive.baselines.flatMap((baseline) => {
      const warnedAtMs = baselineWarnedAt(scenario, drive.verdicts, baseline)[index];
      return row(baselineName(baseline.name), baselineText(baseline, verdict, warnedAtMs, words));
    }),
    ...(verdict.followed === undefined || verdict.followedRemedy === undefined
      ? []
      : row('advice followed', `${followedText(verdict.followed)}, ${adviceText(verdict.followedRemedy)}`)),
    ...row(verdict.warning === undefined ? 'as planned' : 'nothing done', followedText(verdict.ignored)),
    ...hanging(`${indent}  `, followedNote(verdict)).map((line) => paint('dim', line)),
  ];
}

const followedNote = ({ followed }: Verdict): string =>
  followed === undefined ? `(${FOLLOWED_LABEL})` : `(the last two: ${FOLLOWED_LABEL})`;

function remedyText({ last }: Verdict): string {
  if (!last.isNeeded) return 'Nothing needed doing: on published figures the plan ends above the reserve.';
  switch (last.limitedBy) {
    case 'window':
      return 'Until now something still helped; here the decision closes.';
    case 'energy':
      return 'Until now something still helped; from here on nothing does.';
    case 'hopeless':
      return 'Nothing helped from the start.';
  }
}

function ownText({ warning, warnedAtMs, leadMinutes, last }: Verdict, words: Words): string {
  if (warning === undefined || warnedAtMs === undefined)
    return last.isNeeded ? 'did not warn in time' : 'silent';
  const channels = channelsText(warning.arrivals.map(({ channel }) => channel));
  const lead = leadMinutes === undefined ? '' : `, ${durationText(leadMinutes)} before`;
  return `warned ${words.time(warnedAtMs)} ${channels}${lead}`;
}

function baselineText(
  baseline: Baseline,
  { point, last }: Verdict,
  warnedAtMs: number | undefined,
  words: Words,
): string {
  const showed =
    baseline.name === 'car-display' ? baseline.said.find(({ atMs }) => atMs >= point.fromMs) : undefined;
  const aside = showed === undefined || showed.atMs > point.untilMs ? '' : `; ${showed.text}`;
  if (warnedAtMs === undefined) return `silent${aside}`;
  const leadMinutes = ((last.lastRemedyAtMs ?? warnedAtMs) - warnedAtMs) / 60_000;
  return `warned ${words.time(warnedAtMs)}, ${durationText(leadMinutes)} before${aside}`;
}

const followedText = ({ arrivalSocPct, placeName, endsAboveReserve, isPossible }: Followed): string =>
  `${placeName} ${bandText(arrivalSocPct)}${endsAboveReserve ? '' : ', below the reserve'}` +
  (isPossible ? '' : ' (no such charger in the scenario)');
