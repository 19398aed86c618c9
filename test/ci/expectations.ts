/** What a run has to show, one sentence each; prints them all and sets the exit code. */
export interface Expectations {
  readonly expect: (sentence: string, isTrue: boolean, found?: unknown) => void;
  readonly conclude: () => void;
}

export function expectations(): Expectations {
  let failed = 0;
  return {
    expect(sentence, isTrue, found) {
      if (!isTrue) failed += 1;
      console.log(
        `${isTrue ? 'ok    ' : 'NOT OK'} ${sentence}${isTrue || found === undefined ? '' : `: ${JSON.stringify(found)}`}`,
      );
    },
    conclude() {
      process.exitCode = failed === 0 ? 0 : 1;
    },
  };
}
