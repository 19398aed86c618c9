import { type Car, connectCar } from './gateway.fixture.ts';

// A device that does what it is asked, as the README says devices should.

interface Told {
  readonly command?: { readonly id: string; readonly kind: string; readonly expiresAt: string };
  readonly cancel?: { readonly id: string };
}

export interface WillingCar {
  /** Ids in the order the heater was switched on for them. */
  readonly begun: string[];
  /** Everything the gateway sent that is no verdict, in order. */
  readonly told: Told[];
  readonly verdicts: Readonly<Record<string, unknown>>[];
  connect(bed: { readonly url: string }, token: string): Promise<Car>;
  say(command: string, state: string, reason?: string): void;
}

/** Its memory lives on when its connection does not. @param nowMs the car's own clock */
export function willingCar(nowMs: () => number): WillingCar {
  const begun: string[] = [];
  const told: Told[] = [];
  const verdicts: Readonly<Record<string, unknown>>[] = [];
  /** Heard of before: commandId → the last answer, which is given again. */
  const known = new Map<string, string>();
  let car: Car | undefined;
  const say = (command: string, state: string, reason?: string): void => {
    known.set(command, state);
    car?.send({
      id: `${command} ${state}`,
      answer: { command, state, ...(reason !== undefined && { reason }) },
    });
  };
  const hear = ({ command, cancel }: Told): void => {
    if (cancel !== undefined) say(cancel.id, known.get(cancel.id) === 'done' ? 'done' : 'cancelled');
    if (command === undefined) return;
    const before = known.get(command.id);
    if (before !== undefined) say(command.id, before);
    else if (nowMs() < Date.parse(command.expiresAt)) {
      begun.push(command.id);
      say(command.id, 'accepted');
    }
  };
  return {
    begun,
    told,
    verdicts,
    say,
    async connect(bed, token) {
      const opened = await connectCar(bed, token);
      car = opened;
      const listen = async (): Promise<void> => {
        for (;;) {
          const message = await opened.answer();
          if ('command' in message || 'cancel' in message) {
            told.push(message);
            hear(message);
          } else verdicts.push(message);
        }
      };
      void listen();
      return opened;
    },
  };
}
