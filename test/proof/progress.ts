const BAR = 30;
/** A bar that moves where somebody looks, and ten lines where nobody does. */
export function progress(what: string, total: number): (done: number, text: string) => void {
  let tenths = 0;
  return (done, text) => {
    const filled = Math.round((done / total) * BAR);
    const line = `${what} ${'█'.repeat(filled)}${'░'.repeat(BAR - filled)} ${done}/${total}  ${text}`;
    if (process.stderr.isTTY) process.stderr.write(`\r${line}${done === total ? '\n' : ''}`);
    else if (Math.floor((10 * done) / total) > tenths) process.stderr.write(`${line}\n`);
    tenths = Math.floor((10 * done) / total);
  };
}
