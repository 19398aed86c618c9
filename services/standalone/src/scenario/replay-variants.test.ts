import { SIGNAL } from '@outrider/domain';
import { describe, expect, test } from 'vitest';
import { baselinesOf } from './baselines.ts';
import { framesOf, truthAt } from './interpolate.ts';
import { perturb } from './perturb.ts';
import { lastRemedies } from './search.ts';
import { published, smallScenario } from './small-scenario.ts';

const at = (text: string) => Date.parse(text);
const winter = published('2013-01-winter-i95');
const madeIt = published('2013-02-i95-made-it');

describe('baselines', () => {
  test('the display speaks on leg two only after the last remedy has passed', () => {
    const display = baselinesOf(winter, framesOf(winter)).find((each) => each.name === 'car-display');
    const last = lastRemedies(winter).find((each) => each.decisionPointId === '68-miles-on');
    expect(display?.firedAtMs[0]).toBeGreaterThan(last?.lastRemedyAtMs ?? Number.POSITIVE_INFINITY);
    expect(display?.said.map((each) => each.text)).toContain('242 mi shown, 200 mi to go to Milford CT');
  });

  test('an alarm that stays on has spoken once, and none sounds on the drive that made it', () => {
    const alarms = (name: string, drive = winter) =>
      baselinesOf(drive, framesOf(drive)).find((each) => each.name === name)?.firedAtMs.length;
    expect(alarms('soc-alarm-10')).toBe(2);
    for (const name of ['car-display', 'soc-alarm-10', 'range-rule-1.0', 'range-rule-1.2']) {
      expect(alarms(name, madeIt), name).toBe(0);
    }
  });

  test('the 10 % alarm sounds at 10 % and not just above', () => {
    const fires = (socPct: string) => {
      const drive = smallScenario({
        'trace.csv': [
          ['50,40,0', `50,${socPct},0`],
          ['40,1,1', `${socPct},1,1`],
        ],
      });
      return baselinesOf(drive, framesOf(drive)).find((each) => each.name === 'soc-alarm-10')?.firedAtMs
        .length;
    };
    expect(fires('10')).toBe(1);
    expect(fires('10.1')).toBe(0);
  });
});

describe('perturbations', () => {
  test('the same seed gives the same drive, another seed another', () => {
    expect(perturb(winter, 7)).toEqual(perturb(winter, 7));
    expect(perturb(winter, 7).factors).not.toEqual(perturb(winter, 8).factors);
  });

  test('driving costs what the factor says, parked losses stay, nothing leaves 0 to 100', () => {
    for (let seed = 1; seed <= 40; seed += 1) {
      const { scenario, factors } = perturb(winter, seed);
      const leg = (drive: typeof winter) =>
        truthAt(drive, at('2013-01-23T13:25-05:00')).socPct -
        truthAt(drive, at('2013-01-23T14:35-05:00')).socPct;
      expect(leg(scenario)).toBeCloseTo(leg(winter) * factors.driveRatio, 6);
      expect(truthAt(scenario, at('2013-01-23T13:20-05:00')).socPct).toBe(90);
      for (const anchor of scenario.anchors) {
        expect(anchor.socPct).toBeGreaterThanOrEqual(0);
        expect(anchor.socPct).toBeLessThanOrEqual(100);
      }
    }
  });

  test('frames arrive in order of delivery, some late, some never', () => {
    const { frames, scenario } = perturb(winter, 3);
    const all = framesOf(scenario).length;
    expect(frames.length).toBeLessThan(all * 0.96);
    expect(frames.length).toBeGreaterThan(all * 0.8);
    expect(frames.filter((frame) => frame.deliveredAtMs > frame.atMs).length).toBeGreaterThan(all * 0.03);
    for (const [i, frame] of frames.entries()) {
      expect(frame.deliveredAtMs).toBeGreaterThanOrEqual(frames[i - 1]?.deliveredAtMs ?? 0);
      expect(frame.deliveredAtMs).toBeGreaterThanOrEqual(frame.atMs);
    }
  });

  test('the car reports a biased SOC; what really happened keeps the true one', () => {
    const { frames, scenario, factors } = perturb(winter, 5);
    const frame = frames.find((each) => each.atMs > at('2013-01-23T14:00-05:00'));
    const reported = frame?.signals[SIGNAL.soc];
    const error = Number(reported) - truthAt(scenario, frame?.atMs ?? 0).socPct;
    expect(error).toBeCloseTo(factors.socErrorPct, 1);
  });
});
