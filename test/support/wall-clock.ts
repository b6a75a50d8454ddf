import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Wall clocks by way of ICU, for tests that must not ask PostgreSQL what time it is somewhere. Local times are numbers:
 * the milliseconds that UTC would show that reading at.
 */
const formats = new Map<string, Intl.DateTimeFormat>();
const day = 86_400_000;

/** What the wall clock of a zone shows at an instant. */
export function shownAt(instant: number, zone: string): number {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-u-hc-h23', {
      timeZone: zone,
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(zone, format);
  }
  const part: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(instant)) part[type] = Number(value);
  const { year = 0, month = 1, day: date = 1, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, date, hour, minute, second) + (((instant % 1000) + 1000) % 1000);
}

/** The instant at which the clock shows a local time: the first or last of several, the end of the gap that skips it. */
export function instantOf(local: number, zone: string, which: 'first' | 'last'): number {
  const offsets = new Set([-day, 0, day].map((away) => shownAt(local + away, zone) - (local + away)));
  const found = [...offsets].map((offset) => local - offset).filter((instant) => shownAt(instant, zone) === local);
  if (found.length > 0) return which === 'first' ? Math.min(...found) : Math.max(...found);
  let [before, after] = [local - 2 * day, local + 2 * day];
  while (after - before > 1000) {
    const middle = Math.floor((before + after) / 2000) * 1000;
    if (shownAt(middle, zone) > local) after = middle;
    else before = middle;
  }
  return after;
}

/** Waits until a quarter of an hour, or whatever comes every so often, is over, if less than enough is left of it. */
export async function pass({ everyMs, enoughMs }: { everyMs: number; enoughMs: number }): Promise<void> {
  const leftMs = everyMs - (Date.now() % everyMs);
  if (leftMs < enoughMs) await sleep(leftMs + 100);
}

/** A zone where it is now between this hour and the next. */
export function zoneAt(hour: number): string {
  const ahead = ((hour - new Date().getUTCHours() + 36) % 24) - 12;
  // The names of this family count westwards.
  return ahead > 0 ? `Etc/GMT-${ahead}` : `Etc/GMT+${-ahead}`;
}

/** The day a clock shows, as the local time of its midnight. */
export const midnight = (local: number): number => Math.floor(local / day) * day;
/** 1 Monday to 7 Sunday. */
export const weekdayOf = (local: number): number => ((Math.floor(local / day) + 3) % 7) + 1;
export const inOneDay = day;
