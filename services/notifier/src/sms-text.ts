// SMS is paid by the segment, and one letter outside its small alphabet more than halves what a segment holds.

/** GSM 03.38, the default alphabet: one septet each. */
const BASIC = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
/** Its extension table: an escape and a septet. */
const EXTENDED = new Set('^{}\\[~]|€\f');

/** Signs that the alphabet lacks and another one stands for. Accents go by themselves. */
const LOOK_ALIKES: Readonly<Record<string, string>> = {
  ...{ '‘': "'", '’': "'", '‚': "'", '‹': '<', '›': '>', '`': "'", '´': "'", '“': '"', '”': '"', '„': '"' },
  ...{ '«': '"', '»': '"', '–': '-', '—': '-', '−': '-', '‐': '-', '‑': '-', '…': '...', '•': '*', '·': '.' },
  ...{ '\u00a0': ' ', '\u202f': ' ', '\u2009': ' ', '\t': ' ', '×': 'x', '→': '->', '°': ' deg ' },
  ...{ '≥': '>=', '≤': '<=', '≈': '~', ç: 'c', ł: 'l', Ł: 'L', đ: 'd', Đ: 'D', ı: 'i', œ: 'oe', Œ: 'OE' },
  ...{ þ: 'th', Þ: 'Th', ð: 'd', Ð: 'D', ẞ: 'SS' },
};

/** The text in the small alphabet where look-alikes can do it; letters of other scripts stay. */
export function toGsmText(text: string): string {
  let folded = '';
  for (const sign of text.normalize('NFC'))
    folded += BASIC.has(sign) || EXTENDED.has(sign) ? sign : fold(sign);
  return folded.replaceAll(/ {2,}/g, ' ').trim();
}

function fold(sign: string): string {
  const alike = LOOK_ALIKES[sign];
  if (alike !== undefined) return alike;
  const bare = sign.normalize('NFD').replace(/\p{M}+/gu, '');
  return BASIC.has(bare) ? bare : sign;
}

export interface SmsSize {
  readonly alphabet: 'gsm-7' | 'ucs-2';
  /** Septets, or 16-bit units. */
  readonly units: number;
  readonly segments: number;
}

/** What a text takes: 160 septets alone or 153 in a chain, 70 or 67 units once one sign is not of the alphabet. */
export function smsSize(text: string): SmsSize {
  const lengths = signLengths(text);
  const units = lengths.reduce((sum, length) => sum + length, 0);
  const isGsm = isGsmText(text);
  const [alone, chained] = isGsm ? [160, 153] : [70, 67];
  const segments = units <= alone ? 1 : chainLength(lengths, chained);
  return { alphabet: isGsm ? 'gsm-7' : 'ucs-2', units, segments };
}

const isGsmText = (text: string): boolean => [...text].every((sign) => BASIC.has(sign) || EXTENDED.has(sign));

/** Units per sign. An escape pair and a surrogate pair are never split between segments. */
function signLengths(text: string): readonly number[] {
  const isGsm = isGsmText(text);
  return [...text].map((sign) => (isGsm ? (EXTENDED.has(sign) ? 2 : 1) : sign.length));
}

function chainLength(lengths: readonly number[], size: number): number {
  let segments = 1;
  let used = 0;
  for (const length of lengths) {
    if (used + length > size) {
      segments += 1;
      used = 0;
    }
    used += length;
  }
  return segments;
}

/** Cut at a word, with an ellipsis, so that it takes at most so many segments. */
export function fitSegments(text: string, segmentsMax: number): string {
  if (smsSize(text).segments <= segmentsMax) return text;
  const signs = [...text];
  const cut = (count: number) =>
    `${signs
      .slice(0, count)
      .join('')
      .replace(/\s+\S*$/u, '')}...`;
  let count = signs.length;
  while (count > 0 && smsSize(cut(count)).segments > segmentsMax) count -= 1;
  return cut(count);
}
