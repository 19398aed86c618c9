import type { Bus, OutgoingRecord } from '@outrider/bus';
import type { Verdict } from '@outrider/domain';
import { createRateLimit, type RateLimit, type Runtime, traceField } from '@outrider/runtime';
import type { Trust } from '@outrider/trust';
import type { Commands } from './commands.ts';
import type { Answer, Frame, Incoming } from './frame.ts';
import { InFlight } from './in-flight.ts';
import type { GatewayMetrics, Transport } from './metrics.ts';
import { sealFrame } from './seal-frame.ts';
import type { GatewaySettings } from './settings.ts';
import { OUTAGE_RETRY_MS, retry } from './verdict.ts';

/** Frames of one device, in order: they reach the log in the order they were handed in. */
export interface Lane {
  /** One verdict per frame, in order; frames handed in together share one write. Never rejects. */
  admit(frames: readonly Incoming[]): Promise<readonly Verdict[]>;
}

export interface Acceptor {
  /** @param caller the `traceparent` of whoever connected or asked */
  lane(vehicleId: string, transport: Transport, caller: string | undefined): Lane;
  readonly inFlight: number;
  /** From now on every frame is sent away; resolves when those taken before have their verdict. */
  close(): Promise<void>;
  /** Forgets what is no longer needed; called now and then. */
  sweep(): void;
}

export interface AcceptorDeps {
  readonly commands: Pick<Commands, 'judgeAnswer'>;
  readonly bus: Pick<Bus, 'publish'>;
  readonly trust: Pick<Trust, 'prepare' | 'seal' | 'decide'>;
  readonly runtime: Runtime;
  readonly settings: GatewaySettings;
  readonly metrics: GatewayMetrics;
}

const MEBIBYTE = 1_048_576;
const BUSY_RETRY_MS = 250;
const ACK: Verdict = { kind: 'ack' };

/** The one way into the log: limits, whose car, consent, seal, publish – and only then an ack. */
export const createAcceptor = (deps: AcceptorDeps): Acceptor => new FrameAcceptor(deps);

class FrameAcceptor implements Acceptor {
  readonly #deps: AcceptorDeps;
  readonly #rate: RateLimit;
  readonly #load: InFlight;
  #isClosed = false;
  #isBusDown = false;

  constructor(deps: AcceptorDeps) {
    this.#deps = deps;
    const { framesPerS, framesBurst, inFlightFramesMax, inFlightMebibytesMax } = deps.settings;
    this.#rate = createRateLimit(framesPerS, framesBurst);
    this.#load = new InFlight(inFlightFramesMax, inFlightMebibytesMax * MEBIBYTE);
  }

  get inFlight(): number {
    return this.#load.frames;
  }

  close(): Promise<void> {
    this.#isClosed = true;
    return this.#load.settled();
  }

  sweep(): void {
    this.#rate.sweep(this.#deps.runtime.realClock.nowMs());
  }

  lane(vehicleId: string, transport: Transport, caller: string | undefined): Lane {
    let turn: Promise<unknown> = Promise.resolve();
    return {
      admit: async (frames) => {
        const begin = () => {
          const begun = turn.then(() => this.#begin(vehicleId, frames, caller));
          turn = begun;
          return begun;
        };
        const verdicts = await this.#admit(frames, begin);
        this.#deps.metrics.countVerdicts(verdicts, transport);
        return verdicts;
      },
    };
  }

  async #admit(frames: readonly Incoming[], begin: () => Promise<Begun>): Promise<readonly Verdict[]> {
    if (this.#isClosed) return turnAway(frames, retry(OUTAGE_RETRY_MS, 'shutting-down'));
    const bytes = frames.reduce((sum, one) => sum + (one.kind === 'refused' ? 0 : one.bytes.byteLength), 0);
    if (!this.#load.take(frames.length, bytes)) return turnAway(frames, retry(BUSY_RETRY_MS, 'busy'));
    const { verdicts } = await begin();
    const settled = await verdicts;
    this.#load.release(frames.length, bytes);
    return settled;
  }

  /** Returns as soon as the frames are on their way, so that the next ones may follow; the verdicts come later. */
  async #begin(vehicleId: string, frames: readonly Incoming[], caller: string | undefined): Promise<Begun> {
    const { runtime, trust } = this.#deps;
    const screened = frames.map((frame) => this.#screen(vehicleId, frame));
    try {
      // A car above its rate costs no look-up.
      if (screened.includes(undefined)) await trust.prepare([vehicleId]);
      const nowMs = runtime.eventClock.nowMs();
      const judged = frames.map(
        (frame, index) => screened[index] ?? this.#judge(vehicleId, frame as Frame | Answer, nowMs, caller),
      );
      const records = judged.filter(isRecord);
      const published = records.length === 0 ? Promise.resolve(ACK) : this.#publish(records);
      return { verdicts: published.then((verdict) => judged.map((one) => (isRecord(one) ? verdict : one))) };
    } catch (error) {
      runtime.log.error({ err: error }, 'consents and keys cannot be read; the device is told to retry');
      const verdict = retry(OUTAGE_RETRY_MS, 'trust-unavailable');
      return { verdicts: Promise.resolve(screened.map((one) => one ?? verdict)) };
    }
  }

  #judge(vehicleId: string, frame: Frame | Answer, nowMs: number, caller: string | undefined) {
    const { commands, trust } = this.#deps;
    if (frame.kind === 'answer') return commands.judgeAnswer(vehicleId, frame, nowMs, caller);
    return sealFrame(trust, vehicleId, frame, nowMs, caller);
  }

  /** What can be answered without asking whose data it is; undefined when the frame may go on. */
  #screen(vehicleId: string, frame: Incoming): Verdict | undefined {
    const waitMs = this.#rate.take(vehicleId, this.#deps.runtime.realClock.nowMs());
    if (frame.kind === 'refused') return frame;
    if (
      frame.kind === 'frame' &&
      frame.claimedVehicleId !== undefined &&
      frame.claimedVehicleId !== vehicleId
    )
      return { kind: 'refused', code: 'wrong-vehicle', detail: 'the token speaks for another vehicle' };
    return waitMs > 0 ? retry(waitMs, 'rate-limited') : undefined;
  }

  async #publish(records: readonly OutgoingRecord[]): Promise<Verdict> {
    const { bus, metrics, runtime } = this.#deps;
    const startedMs = runtime.realClock.nowMs();
    try {
      await bus.publish(records);
      metrics.publishSeconds.observe((runtime.realClock.nowMs() - startedMs) / 1000);
      if (this.#isBusDown) runtime.log.info({}, 'the bus takes frames again');
      this.#isBusDown = false;
      const [{ key, headers } = {}] = records;
      const taken = { vehicleId: key, frames: records.length, ...traceField(headers?.traceparent) };
      runtime.log.debug(taken, 'frames are in the log');
      return ACK;
    } catch (error) {
      // Once per outage: a line per frame would fill the disk that may be the trouble.
      if (!this.#isBusDown)
        runtime.log.error({ err: error }, 'the bus takes no frames; devices are told to retry');
      this.#isBusDown = true;
      return retry(OUTAGE_RETRY_MS, 'bus-unavailable');
    }
  }
}

/** Wrapped, because a promise of a promise cannot be awaited half. */
interface Begun {
  readonly verdicts: Promise<readonly Verdict[]>;
}

const turnAway = (frames: readonly Incoming[], verdict: Verdict): readonly Verdict[] =>
  frames.map((frame) => (frame.kind === 'refused' ? frame : verdict));

const isRecord = (one: Verdict | OutgoingRecord): one is OutgoingRecord => 'topic' in one;
