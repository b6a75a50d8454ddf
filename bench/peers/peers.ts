import { bullmq } from './bullmq.ts';
import { graphileWorker } from './graphile-worker.ts';
import type { Peer } from './peer.ts';
import { pgBoss } from './pg-boss.ts';

export const peers: readonly Peer[] = [bullmq, pgBoss, graphileWorker];
