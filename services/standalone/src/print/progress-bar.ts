const CELLS = 30;

/** A bar that grows in its line; it leaves the line when all is done. */
export function progressBar(
  write: (text: string) => void,
  label: string,
): (done: number, total: number) => void {
  let shown = '';
  return (done, total) => {
    const ratio = total <= 0 ? 1 : Math.min(1, Math.max(0, done / total));
    const filled = Math.floor(ratio * CELLS);
    const line = `${label} [${'#'.repeat(filled)}${'-'.repeat(CELLS - filled)}] ${Math.floor(ratio * 100)} %`;
    if (line === shown) return;
    shown = line;
    write(ratio === 1 ? '\r\u001b[K' : `\r${line}\u001b[K`);
  };
}
