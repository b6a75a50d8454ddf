import { createHandlers } from './handlers.ts';
import type { Surroundings } from './peer.ts';
import { peers } from './peers.ts';

// The process of one peer that handles its jobs; told by environment variables which and where.
const surroundings = JSON.parse(process.env.BENCH_SURROUNDINGS ?? '') as Surroundings;
const peer = peers.find(({ name }) => name === process.argv[2]);
if (!peer) throw new Error(`there is no peer ${process.argv[2]}`);
await peer.work(surroundings, createHandlers(surroundings.databaseUrl));
process.on('disconnect', () => process.exit());
process.send?.('ready');
