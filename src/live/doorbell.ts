/** Where statements ring: `notify_private.ring()`. */
export const channel = 'rowbell_live';

/** What a statement said when it committed. Ids and nothing else, and everybody who may connect may say so: a reason to look. */
export type Doorbell = {
  /** What it concerns, a letter: `n` notifications, `r` people to be read anew, `s` people whose sessions ended, … */
  readonly kind: string;
  /** Transactions below this had ended; their doorbells came before. */
  readonly xmin: bigint;
  /** When it was rung, by the database's clock. */
  readonly rungAtMs: number;
  readonly pairs: readonly Pair[];
};

export type Pair = { readonly person: string; readonly id: string };

const pairBytes = 32;

/** Null for what nothing of ours says. */
export function parseDoorbell(payload: string): Doorbell | null {
  const [kind = '', xmin = '', at = '', pairs = ''] = payload.split(' ');
  if (!/^[a-z]$/.test(kind) || !/^\d{1,19}$/.test(xmin) || !/^\d{1,15}$/.test(at)) return null;
  const bytes = Buffer.from(pairs, 'base64');
  const found: Pair[] = [];
  for (let place = 0; place + pairBytes <= bytes.length; place += pairBytes)
    found.push({ person: uuidAt(bytes, place), id: uuidAt(bytes, place + pairBytes / 2) });
  return { kind, xmin: BigInt(xmin), rungAtMs: Number(at), pairs: found };
}

function uuidAt(bytes: Buffer, place: number): string {
  const hex = bytes.toString('hex', place, place + pairBytes / 2);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
