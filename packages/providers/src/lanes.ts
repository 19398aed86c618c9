/**
 * Does `work` for every item, at most `lanes` at once, in order. Once one has failed the rest is not begun and fails
 * with the same: whoever refused one question is spared the others.
 */
export function inLanes<I, O>(
  items: readonly I[],
  lanes: number,
  work: (item: I) => Promise<O>,
): Promise<O>[] {
  const slots = items.map(() => Promise.withResolvers<O>());
  let next = 0;
  let failure: { readonly reason: unknown } | undefined;
  const run = async (): Promise<void> => {
    for (let i = next++; i < items.length; i = next++) {
      const slot = slots[i];
      try {
        if (failure !== undefined) throw failure.reason;
        slot?.resolve(await work(items[i] as I));
      } catch (reason) {
        failure ??= { reason };
        slot?.reject(reason);
      }
    }
  };
  for (let lane = 0; lane < lanes; lane++) void run();
  return slots.map(({ promise }) => promise);
}

/** Lets at most `lanes` of those who come at any time work at once; the others wait for their turn, in order. */
export function createGate(lanes: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let free = lanes;
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((enter) => waiting.push(enter));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}
