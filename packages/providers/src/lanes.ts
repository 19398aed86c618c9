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
