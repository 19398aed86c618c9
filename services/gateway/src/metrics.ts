import type { Verdict } from '@outrider/domain';
import type { Histogram, Metrics } from '@outrider/runtime';

export type Transport = 'websocket' | 'batch' | 'abrp';

export interface GatewayMetrics {
  countVerdicts(verdicts: readonly Verdict[], transport: Transport): void;
  countCutSocket(reason: CutReason): void;
  countStep(step: string): void;
  readonly publishSeconds: Histogram<string>;
  setSockets(count: number): void;
}

/** Why a socket was ended by us. */
export type CutReason = 'slow-reader' | 'missed-pong' | 'token-revoked' | 'replaced' | 'shutting-down';

export function createGatewayMetrics(metrics: Metrics): GatewayMetrics {
  const frames = metrics.counter('gateway_frames_total', 'Frames by verdict and its reason.', [
    'verdict',
    'reason',
    'transport',
  ]);
  const cut = metrics.counter('gateway_sockets_cut_total', 'Sockets the gateway ended, by reason.', [
    'reason',
  ]);
  const steps = metrics.counter(
    'gateway_command_steps_total',
    'Steps of commands that cars or withdrawn consents caused.',
    ['state'],
  );
  const sockets = metrics.gauge('gateway_sockets', 'Open sockets.');
  return {
    countVerdicts(verdicts, transport) {
      for (const verdict of verdicts)
        frames.inc({ verdict: verdict.kind, reason: reasonOf(verdict), transport });
    },
    countCutSocket: (reason) => cut.inc({ reason }),
    countStep: (state) => steps.inc({ state }),
    publishSeconds: metrics.histogram(
      'gateway_publish_seconds',
      'Time until the bus had a frame durably.',
      [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    ),
    setSockets: (count) => sockets.set(count),
  };
}

function reasonOf(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'ack':
      return '';
    case 'retry':
      return verdict.reason;
    case 'refused':
      return verdict.code;
  }
}
