import { openState as openHonest } from '@outrider/state';
import { forgetting } from '../proof/cheating-engines.ts';

export * from '@outrider/state';

/** The engine of the URL, cheating. */
export const openState: typeof openHonest = async (url, options) =>
  forgetting(await openHonest(url, options));
