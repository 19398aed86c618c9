import { type Clock, contentId } from '@outrider/runtime';
import type { Channel, Message } from '../channel.ts';
import { publishRetained, type Retained } from '../mqtt-publish.ts';
import { deliveryOf } from '../retry-class.ts';

export interface HomeAssistantOptions {
  /** The broker that Home Assistant reads. */
  readonly url: string;
  readonly eventClock: Clock;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 8_000;
/** Where Home Assistant looks, unless it was told otherwise. */
const DISCOVERY = 'homeassistant';

/**
 * Entities in Home Assistant by MQTT discovery, for those who switched the channel on: per car and rule whether a
 * warning stands, and where it has figures the charge on arrival and what is missing to the reserve. All is retained,
 * so that a Home Assistant that starts later has it, and what has expired becomes unavailable by itself.
 */
export function createHomeAssistant(options: HomeAssistantOptions): Channel {
  const url = new URL(options.url);
  return {
    name: 'homeassistant',
    replaces: true,
    showsRules: true,
    // Whoever switches it on: there is no address.
    reaches: () => true,
    async deliver(message, signal) {
      // One is over and another stands: the entity stays as it is.
      if (message.purpose === 'resolve' && message.isOneOfMany === true) return { kind: 'delivered' };
      const retryClass = await publishRetained({
        url,
        clientId: `outrider-${contentId(message.notificationId)}`,
        messages: retainedOf(message, options.eventClock.nowMs()),
        timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
        signal,
      });
      return retryClass === undefined ? { kind: 'delivered' } : deliveryOf(retryClass);
    },
    close: async () => {},
  };
}

/** Topics and ids may hold only these signs. */
const slugOf = (text: string): string => text.replaceAll(/[^A-Za-z0-9_-]/g, '_');

/** First what the entities are, then how they stand. */
function retainedOf(message: Message, nowMs: number): readonly Retained[] {
  const car = slugOf(message.vehicleId);
  const rule = slugOf(message.ruleId);
  const stateTopic = `outrider/${car}/${rule}`;
  const isOn = message.purpose !== 'resolve';
  const shared = {
    state_topic: stateTopic,
    device: { identifiers: [`outrider_${car}`], name: `Car ${car.slice(-4)}`, manufacturer: 'Outrider' },
    origin: { name: 'Outrider' },
    ...(isOn && { expire_after: Math.max(1, Math.ceil((message.expiresAtMs - nowMs) / 1_000)) }),
  };
  const entity = (component: string, id: string, config: object): Retained => ({
    topic: `${DISCOVERY}/${component}/outrider_${car}/${id}/config`,
    payload: JSON.stringify({ unique_id: `outrider_${car}_${id}`, ...shared, ...config }),
  });
  const name = rule.replaceAll('-', ' ');
  const percent = (id: string, what: string, field: string) =>
    entity('sensor', `${rule}-${id}`, {
      ...{ name: `${name} ${what}`, unit_of_measurement: '%', value_template: `{{ value_json.${field} }}` },
    });
  return [
    entity('binary_sensor', rule, {
      ...{ name, device_class: 'problem', value_template: '{{ value_json.state }}' },
      json_attributes_topic: stateTopic,
    }),
    ...(message.arrival === undefined
      ? []
      : [percent('arrival', 'on arrival', 'arrival_pct'), percent('missing', 'missing', 'missing_pct')]),
    { topic: stateTopic, payload: JSON.stringify(stateOf(message, isOn)) },
  ];
}

/** Figures are those of a warning that stands; of one that is over they are unknown. */
function stateOf({ title, body, severity, arrival, expiresAtMs, alertId }: Message, isOn: boolean): object {
  const figures = isOn ? arrival : undefined;
  const missingPct = figures && Math.max(0, figures.reserveSocPct - figures.p50);
  return {
    state: isOn ? 'ON' : 'OFF',
    ...{ title, body, severity, alert_id: alertId, expires_at: new Date(expiresAtMs).toISOString() },
    arrival_pct: figures?.p50 ?? null,
    arrival_low_pct: figures?.p10 ?? null,
    arrival_high_pct: figures?.p90 ?? null,
    missing_pct: missingPct ?? null,
  };
}
