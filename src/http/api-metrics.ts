import { Counter, Gauge, type Registry } from 'prom-client';
import type { Shares } from '../graphql/fair-shares.ts';

/**
 * What the shares of an API process look like at the moment of asking, and a counter of what was refused.
 *
 * @returns what to call with the limit of each refusal
 */
export function registerApiMetrics(registry: Registry, { turns, connections, newDocuments, documents }: Shares) {
  const registers = [registry];
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name: `rowbell_api_${name}`,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  gauge('requests_at_work', 'GraphQL requests that are executed', () => turns.counts.atWork);
  gauge('requests_waiting', 'GraphQL requests in the lines of their people', () => turns.counts.waiting);
  gauge('connections_taken', 'Connections of the pool that people have', () => connections.counts.atWork);
  gauge(
    'connections_waiting',
    'Queries in the lines of their people for a connection',
    () => connections.counts.waiting,
  );
  gauge('documents_waiting', 'Documents never seen before that wait to be read', () => newDocuments.counts.waiting);
  gauge('documents_bytes', 'Estimated size of documents and plans that are kept', () => documents.bytes);
  const refused = new Counter({
    name: 'rowbell_api_refused_total',
    help: 'Answers that named a limit',
    labelNames: ['limit'],
    registers,
  });
  return (limit: string): void => refused.inc({ limit });
}
