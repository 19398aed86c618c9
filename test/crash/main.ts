// Proof that what was acknowledged is kept: kill -9 at random moments, also between what a car is asked and its answer,
// and power cuts on images of a disk.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { seededRandom, systemClock } from '@outrider/runtime';
import { progress } from '../proof/progress.ts';
import { isKept, reportOf } from '../proof/report.ts';
import { runProof } from '../proof/run-proof.ts';
import { runCommandKills } from './commands.ts';
import { whyNoImages } from './ext4-image.ts';
import { runKills } from './kills.ts';
import { type PowerCutReport, runPowerCuts } from './power-cut.ts';
import { isSabotage, SABOTAGES, type Sabotage } from './sabotage.ts';

const HELP = `npm run test:crash -- [options]

Kills the whole server (kill -9) at random moments under load and counts frames, alerts and messages; then
kills it between what cars are asked and what they answer, and counts what they did; then cuts the power on
images of a disk, and shows that the same without waiting for the disk loses data.

  --short            15 kills, 3 images, 1 image for the control
  --kills N          how often the server is killed (200)
  --images N         how many images are cut (20); as many again for the control
  --seed N           decides the moments (1)
  --only PART        kills, commands or power-cut
  --no-power-cut     leaves the power cut out, where images cannot be mounted
  --out DIR          writes ledgers: what was sent, acknowledged, stored, told
  --sabotage NAME    breaks a promise on purpose; the run must then fail:
${Object.entries(SABOTAGES)
  .map(([name, about]) => `                       ${name.padEnd(13)}${about}`)
  .join('\n')}
  --help
`;

const PARTS = ['kills', 'commands', 'power-cut'] as const;
type Part = (typeof PARTS)[number];

interface Options {
  readonly kills: number;
  readonly images: number;
  readonly controlImages: number;
  readonly seed: number;
  readonly parts: ReadonlySet<Part>;
  readonly out?: string;
  readonly sabotage?: Sabotage;
}

function readOptions(): Options | 'help' {
  const { values } = parseArgs({
    options: {
      short: { type: 'boolean', default: false },
      kills: { type: 'string' },
      images: { type: 'string' },
      seed: { type: 'string', default: '1' },
      only: { type: 'string' },
      'no-power-cut': { type: 'boolean', default: false },
      out: { type: 'string' },
      sabotage: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const images = whole('--images', values.images ?? (values.short ? '3' : '20'));
  const { only, out, sabotage } = values;
  const part = PARTS.find((one) => one === only);
  if (only !== undefined && part === undefined)
    throw new Error(`--only is ${PARTS.join(' or ')}, not ${only}`);
  if (sabotage !== undefined && !isSabotage(sabotage))
    throw new Error(`there is no sabotage ${sabotage}: ${Object.keys(SABOTAGES).join(', ')}`);
  const parts = new Set<Part>(part === undefined ? PARTS : [part]);
  if (values['no-power-cut']) parts.delete('power-cut');
  return {
    kills: whole('--kills', values.kills ?? (values.short ? '15' : '200')),
    images,
    controlImages: values.short ? 1 : images,
    seed: whole('--seed', values.seed),
    parts,
    ...(out === undefined ? {} : { out }),
    ...(sabotage === undefined ? {} : { sabotage }),
  };
}

function whole(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`${name} is a whole number, not ${text}`);
  return Number(text);
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function proveKills(options: Options, folder: string): Promise<boolean> {
  const report = await runKills({
    ...options,
    folder: join(folder, 'kills'),
    random: seededRandom(options.seed),
    realClock: systemClock,
    ...(options.out === undefined ? {} : { out: join(options.out, 'kills') }),
    onProgress: progress('kill -9', options.kills),
  });
  say('\nkill -9 under load');
  for (const line of reportOf(report.figures, report.findings)) say(line);
  return isKept(report.findings);
}

async function proveCommands(options: Options, folder: string): Promise<boolean> {
  const report = await runCommandKills({
    ...options,
    folder: join(folder, 'commands'),
    random: seededRandom(options.seed),
    realClock: systemClock,
    onProgress: progress('kill -9 before the answer', options.kills),
  });
  say('\nkill -9 between a command and the answer');
  for (const line of reportOf(report.figures, report.findings)) say(line);
  return isKept(report.findings);
}

async function provePowerCut(options: Options, folder: string): Promise<boolean> {
  const missing = await whyNoImages(folder);
  if (missing !== undefined) {
    say(`\npower cut: not possible here: ${missing}\n(--no-power-cut leaves it out)`);
    return false;
  }
  const cut = (images: number, name: string, sabotage: Sabotage | undefined): Promise<PowerCutReport> =>
    runPowerCuts({
      folder: join(folder, name),
      images,
      random: seededRandom(options.seed),
      realClock: systemClock,
      ...(sabotage === undefined ? {} : { sabotage }),
      ...(options.out === undefined ? {} : { out: join(options.out, name) }),
      onProgress: progress(name, images),
    });
  const kept = await cut(options.images, 'power-cut', options.sabotage);
  const control = await cut(options.controlImages, 'power-cut-sync-off', 'sync-off');
  say(`\n${'power cut'.padEnd(46)}${'images'.padStart(9)}${'acked'.padStart(9)}${'lost'.padStart(9)}`);
  const row = (name: string, images: number, { acked, lost }: PowerCutReport) =>
    say(`  ${name.padEnd(44)}${[images, acked, lost].map((one) => String(one).padStart(9)).join('')}`);
  row('every commit waits for the disk', options.images, kept);
  row('control: none waits (must lose)', options.controlImages, control);
  for (const why of kept.unreadable) say(`      an image could not be recovered: ${why}`);
  if (control.unreadable.length > 0)
    say(`      control: ${control.unreadable.length} images could not be recovered`);
  if (control.lost === 0)
    say('      the control lost nothing: this machine cannot show what waiting is worth');
  return kept.acked > 0 && kept.lost === 0 && kept.doubled === 0 && control.lost > 0;
}

await runProof({
  name: 'crash',
  help: HELP,
  readOptions,
  async prove(options, folder) {
    let hasKept = true;
    if (options.parts.has('kills')) hasKept = await proveKills(options, folder);
    if (options.parts.has('commands')) hasKept = (await proveCommands(options, folder)) && hasKept;
    if (options.parts.has('power-cut')) hasKept = (await provePowerCut(options, folder)) && hasKept;
    return hasKept;
  },
});
