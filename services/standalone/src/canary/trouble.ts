/** What somebody was paged about; empty: nothing is wrong, or nobody knows yet. */
export type Paged = ReadonlySet<string>;

export type Verdict =
  | { readonly kind: 'nothing' }
  /** `paged` is what stands once the page is out. */
  | { readonly kind: 'page' | 'recovered'; readonly paged: Paged };

/**
 * Whether a round calls for a page: once for what is missing, again only when more is, and a note when all arrives
 * again. Pure.
 */
export function judgeRound(paged: Paged, missing: readonly string[]): Verdict {
  if (missing.length === 0)
    return paged.size > 0 ? { kind: 'recovered', paged: new Set() } : { kind: 'nothing' };
  if (missing.every((one) => paged.has(one))) return { kind: 'nothing' };
  return { kind: 'page', paged: new Set([...paged, ...missing]) };
}
