import { type Bus, type OutgoingRecord, TOPICS } from '@outrider/bus';
import type { FrameFormat, RefusalCode, Verdict } from '@outrider/domain';
import type { Runtime } from '@outrider/runtime';
import { type Trust, UnknownSubject } from '@outrider/trust';
import type { GatewayMetrics, Transport } from './metrics.ts';
import { createRateLimit } from './rate.ts';
import type { GatewaySettings } from './settings.ts';

export interface Frame {
  readonly kind: 'frame';
  /** As received. */
  readonly bytes: Uint8Array;
  readonly format: FrameFormat;
  readonly observedAtMs: number;
  /** The vehicle the frame itself names, if it does. */
  readonly claimedVehicleId?: string;
}

export interface Refused {
  readonly kind: 'refused';
  readonly code: RefusalCode;
  readonly detail: string;
}

/** A frame, or why it is none: both count, both get their verdict in their place. */
export type Incoming = Frame | Refused;

/** Frames of one device, in order: they reach the log in the order they were handed in. */
export interface Lane {
  /** One verdict per frame, in order; frames handed in together share one write. Never rejects. */
  admit(frames: readonly Incoming[]): Promise<readonly Verdict[]>;
}

export interface Acceptor {
  lane(vehicleId: string, transport: Transport): Lane;
  readonly inFlight: number;
  /** From now on every frame is sent away; resolves when those taken before have their verdict. */
  close(): Promise<void>;
  /** Forgets what is no longer needed; called now and then. */
  sweep(): void;
}

export interface AcceptorDeps {
  readonly bus: Pick<Bus, 'publish'>;
  readonly trust: Pick<Trust, 'prepare' | 'seal' | 'decide'>;
  readonly runtime: Runtime;
  readonly settings: GatewaySettings;
  readonly metrics: GatewayMetrics;
}

const BUSY_RETRY_MS = 250;
const OUTAGE_RETRY_MS = 1_000;
/** Outside of these ingest rejects the time; until then it cannot say whose key is meant. */
const FUTURE_MS = 2 * 60_000;
const PAST_MS = 30 * 86_400_000;

const ACK: Verdict = { kind: 'ack' };
const retry = (afterMs: number, reason: string): Verdict => ({ kind: 'retry', afterMs, reason });

/** The one way into the log: limits, whose car, consent, seal, publish – and only then an ack. */
export function createAcceptor(deps: AcceptorDeps): Acceptor {
  const { settings, metrics, runtime, trust } = deps;
  const bytesMax = settings.inFlightMebibytesMax * 1_048_576;
  const rate = createRateLimit(settings.framesPerS, settings.framesBurst);
  const load = { frames: 0, bytes: 0, isClosed: false, isBusDown: false };
  const waitingForIdle: (() => void)[] = [];

  /** What can be answered without asking whose data it is; undefined when the frame may go on. */
  function screen(vehicleId: string, frame: Incoming): Verdict | undefined {
    const waitMs = rate.take(vehicleId, runtime.realClock.nowMs());
    if (frame.kind === 'refused') return frame;
    if (frame.claimedVehicleId !== undefined && frame.claimedVehicleId !== vehicleId)
      return { kind: 'refused', code: 'wrong-vehicle', detail: 'the token speaks for another vehicle' };
    return waitMs > 0 ? retry(waitMs, 'rate-limited') : undefined;
  }

  /** The record that carries the frame, or why there is none. */
  function seal(vehicleId: string, frame: Frame): Verdict | OutgoingRecord {
    const receivedAtMs = runtime.eventClock.nowMs();
    const aheadMs = frame.observedAtMs - receivedAtMs;
    const aboutMs = aheadMs > FUTURE_MS || aheadMs < -PAST_MS ? receivedAtMs : frame.observedAtMs;
    const decision = trust.decide({
      purpose: 'alert_driver',
      vehicleId,
      actor: { kind: 'service', name: 'gateway' },
      aboutFromMs: aboutMs,
      aboutToMs: aboutMs,
    });
    // Consents were loaded a moment ago and are too old already: nothing is wrong with the frame.
    if (decision.kind === 'deny' && decision.reason === 'not-prepared')
      return retry(OUTAGE_RETRY_MS, 'trust-unavailable');
    if (decision.kind === 'deny') return { kind: 'refused', code: 'no-consent', detail: decision.reason };
    const sealed = sealFrame(vehicleId, aboutMs, frame.bytes);
    if (sealed === undefined)
      return { kind: 'refused', code: 'no-consent', detail: 'nobody owned the car when this was observed' };
    return {
      topic: TOPICS.raw.name,
      key: vehicleId,
      value: sealed.box,
      headers: { format: frame.format, receivedAtMs: String(receivedAtMs), keyId: sealed.keyId },
    };
  }

  /** Undefined when there is no key for that time; any other trouble is ours, not the frame's, and throws. */
  function sealFrame(vehicleId: string, atMs: number, bytes: Uint8Array) {
    try {
      return trust.seal(vehicleId, atMs, bytes);
    } catch (error) {
      if (error instanceof UnknownSubject) return undefined;
      throw error;
    }
  }

  async function publish(records: readonly OutgoingRecord[]): Promise<Verdict> {
    const startedMs = runtime.realClock.nowMs();
    try {
      await deps.bus.publish(records);
      metrics.publishSeconds.observe((runtime.realClock.nowMs() - startedMs) / 1000);
      if (load.isBusDown) runtime.log.info({}, 'the bus takes frames again');
      load.isBusDown = false;
      return ACK;
    } catch (error) {
      // Once per outage: a line per frame would fill the disk that may be the trouble.
      if (!load.isBusDown)
        runtime.log.error({ err: error }, 'the bus takes no frames; devices are told to retry');
      load.isBusDown = true;
      return retry(OUTAGE_RETRY_MS, 'bus-unavailable');
    }
  }

  /** Returns as soon as the frames are on their way, so that the next ones may follow; the verdicts come later. */
  async function begin(
    vehicleId: string,
    frames: readonly Incoming[],
  ): Promise<{ readonly verdicts: Promise<readonly Verdict[]> }> {
    const screened = frames.map((frame) => screen(vehicleId, frame));
    try {
      // A car above its rate costs no look-up.
      if (screened.includes(undefined)) await trust.prepare([vehicleId]);
      const judged = frames.map((frame, index) => screened[index] ?? seal(vehicleId, frame as Frame));
      const records = judged.filter(isRecord);
      const published = records.length === 0 ? Promise.resolve(ACK) : publish(records);
      return {
        verdicts: published.then((verdict) => judged.map((one) => (isRecord(one) ? verdict : one))),
      };
    } catch (error) {
      runtime.log.error({ err: error }, 'consents and keys cannot be read; the device is told to retry');
      const verdict = retry(OUTAGE_RETRY_MS, 'trust-unavailable');
      return { verdicts: Promise.resolve(screened.map((one) => one ?? verdict)) };
    }
  }

  function turnAway(frames: readonly Incoming[], bytes: number): Verdict | undefined {
    if (load.isClosed) return retry(OUTAGE_RETRY_MS, 'shutting-down');
    if (load.frames + frames.length > settings.inFlightFramesMax || load.bytes + bytes > bytesMax)
      return retry(BUSY_RETRY_MS, 'busy');
    return undefined;
  }

  function release(frames: number, bytes: number): void {
    load.frames -= frames;
    load.bytes -= bytes;
    if (load.frames === 0) for (const resolve of waitingForIdle.splice(0)) resolve();
  }

  return {
    lane(vehicleId, transport) {
      let turn: Promise<unknown> = Promise.resolve();
      return {
        async admit(frames) {
          const bytes = frames.reduce(
            (sum, frame) => sum + (frame.kind === 'frame' ? frame.bytes.byteLength : 0),
            0,
          );
          const away = turnAway(frames, bytes);
          if (away !== undefined) {
            const verdicts = frames.map((frame) => (frame.kind === 'refused' ? frame : away));
            metrics.countVerdicts(verdicts, transport);
            return verdicts;
          }
          load.frames += frames.length;
          load.bytes += bytes;
          const begun = turn.then(() => begin(vehicleId, frames));
          turn = begun;
          const verdicts = await (await begun).verdicts;
          release(frames.length, bytes);
          metrics.countVerdicts(verdicts, transport);
          return verdicts;
        },
      };
    },
    get inFlight() {
      return load.frames;
    },
    close() {
      load.isClosed = true;
      if (load.frames === 0) return Promise.resolve();
      return new Promise((resolve) => {
        waitingForIdle.push(resolve);
      });
    },
    sweep: () => rate.sweep(runtime.realClock.nowMs()),
  };
}

const isRecord = (one: Verdict | OutgoingRecord): one is OutgoingRecord => 'topic' in one;
