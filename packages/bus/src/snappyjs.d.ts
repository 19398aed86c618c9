declare module 'snappyjs' {
  export function compress(bytes: Uint8Array): Uint8Array;
  /** @throws when the bytes are no snappy block, or unfold to more than `maxBytes` */
  export function uncompress(bytes: Uint8Array, maxBytes?: number): Uint8Array;
}
