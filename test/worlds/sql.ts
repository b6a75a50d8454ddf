/** An instant to the microsecond, as text that sorts and compares; null where there is none or it never comes. */
export const iso = (instant: string): string =>
  `case when isfinite(${instant}) then to_char(${instant} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') end`;
/** Microseconds since 1970, as that text. */
export const isoOf = (us: number): string =>
  `${new Date(Math.floor(us / 1000)).toISOString().slice(0, -1)}${String(us % 1000).padStart(3, '0')}Z`;
