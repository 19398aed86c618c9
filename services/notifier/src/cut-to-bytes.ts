/** At most so many bytes of UTF-8 and the mark that something is missing, at a whole sign. */
export function cutToBytes(text: string, bytesMax: number): string {
  let bytes = 0;
  let kept = '';
  for (const sign of text) {
    bytes += Buffer.byteLength(sign);
    if (bytes > bytesMax) return `${kept.trimEnd()}…`;
    kept += sign;
  }
  return kept;
}
