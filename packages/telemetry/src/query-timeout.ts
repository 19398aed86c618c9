/** A query did not end before its deadline. Writing goes on; ask for less, or later. */
export class QueryTimeout extends Error {
  readonly deadlineMs: number;
  constructor(deadlineMs: number) {
    super(`the query took longer than ${deadlineMs} ms`);
    this.name = 'QueryTimeout';
    this.deadlineMs = deadlineMs;
  }
}
