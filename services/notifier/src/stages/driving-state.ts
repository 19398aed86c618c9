import { countsAsMoving } from '../driving-state.ts';
import { hold, PASS, type SendFacts, type Verdict } from '../stage.ts';

/**
 * A moving driver is told on the feed (seen or heard in the car) and nowhere else: what must be read on a
 * phone waits until the car is parked.
 */
export const drivingState = {
  name: 'driving-state',
  decide({
    channel,
    driving,
    nowMs,
    movingHoldMs,
  }: Pick<SendFacts, 'channel' | 'driving' | 'nowMs' | 'movingHoldMs'>): Verdict {
    if (channel === 'feed' || !countsAsMoving(driving)) return PASS;
    return hold('driver-moving', nowMs + movingHoldMs);
  },
};
