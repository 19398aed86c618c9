import { type Bus, type Subscription, TOPICS } from '@outrider/bus';
import type { Runtime } from '@outrider/runtime';
import type { ApiContext } from './context.ts';
import type { Hub } from './live/hub.ts';
import type { NeedsWatch } from './live/needs-watch.ts';

type Newest = Pick<ApiContext, 'newestForecasts' | 'newestConditions' | 'commands'>;

/** Forecasts and the world around them are kept from the beginning (the topic is compacted), and so are commands (a few days' worth); all else matters only to who listens now. */
export async function listenToBus(
  bus: Bus,
  { log }: Pick<Runtime, 'log'>,
  { newestForecasts, newestConditions, commands }: Newest,
  hub: Pick<Hub, 'tell'>,
  needs: Needs,
): Promise<readonly Subscription[]> {
  const onError = (error: unknown, partition: number): void =>
    log.warn({ err: String(error), partition }, 'a batch for the live feeds waits');
  const kept = await bus.broadcast({
    topics: [TOPICS.forecasts.name],
    start: 'earliest',
    handle: async (batch) => newestForecasts.take(batch),
    onError,
  });
  const around = await bus.broadcast({
    topics: [TOPICS.conditions.name],
    start: 'earliest',
    handle: async (batch) => newestConditions.take(batch),
    onError,
  });
  const asked = await bus.broadcast({
    topics: [TOPICS.commands.name],
    start: 'earliest',
    handle: async (batch) => void commands.take(batch),
    onError,
  });
  const told = await bus.broadcast({
    topics: [TOPICS.notifications, TOPICS.forecasts, TOPICS.alerts, TOPICS.commands].map(({ name }) => name),
    start: 'latest',
    handle: (batch) => hub.tell(batch),
    onError,
  });
  return [kept, around, asked, told, ...(await listenForNeeds(bus, onError, needs))];
}

type Needs = Pick<NeedsWatch, 'takeAlerts' | 'takeSignals'>;

/** For those who look after cars: who needs help, and where everybody said they are. */
async function listenForNeeds(
  bus: Bus,
  onError: (error: unknown, partition: number) => void,
  needs: Needs,
): Promise<readonly Subscription[]> {
  const needed = await bus.broadcast({
    topics: [TOPICS.alerts.name],
    start: 'latest',
    handle: (batch) => needs.takeAlerts(batch),
    onError,
  });
  const placed = await bus.broadcast({
    topics: [TOPICS.signals.name],
    start: 'latest',
    handle: async (batch) => needs.takeSignals(batch),
    onError,
  });
  return [needed, placed];
}
