import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Entry, Journal } from './journal.ts';

const flushMs = 100;
const heartbeatMs = 15_000;
/** Of a flood a viewer gets the newest ones; the counts tell the rest. */
const maxPerFlush = 100;

/**
 * Server-sent events (HTML, "Server-sent events"): `entries`, an array, oldest first, and `counts`. Gathered for a
 * tenth of a second, because a benchmark sends thousands in that time. A slow viewer misses entries, never holds them
 * up. `Last-Event-ID` resumes.
 */
export function streamEntries(journal: Journal, request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  const lastSeen = Number(request.headers['last-event-id']);
  let waiting: Entry[] = Number.isSafeInteger(lastSeen)
    ? journal.list({ since: lastSeen, limit: maxPerFlush }).reverse()
    : [];
  let timer: NodeJS.Timeout | null = null;

  const flush = () => {
    timer = null;
    const last = waiting.at(-1);
    if (last && !response.writableNeedDrain) {
      response.write(`id: ${last.id}\nevent: entries\ndata: ${JSON.stringify(waiting)}\n\n`);
    }
    waiting = [];
    response.write(`event: counts\ndata: ${JSON.stringify(journal.counts())}\n\n`);
  };
  const unsubscribe = journal.subscribe((entry) => {
    waiting.push(entry);
    if (waiting.length > maxPerFlush * 2) waiting = waiting.slice(-maxPerFlush);
    timer ??= setTimeout(flush, flushMs);
  });
  const heartbeat = setInterval(() => response.write(': still here\n\n'), heartbeatMs);
  flush();
  response.on('close', () => {
    unsubscribe();
    clearInterval(heartbeat);
    if (timer) clearTimeout(timer);
  });
}
