import { constants, setPriority } from 'node:os';
import { startSandbox } from '../src/sandbox/sandbox.ts';
import { webhookSecretOf } from '../src/sandbox/webhook.ts';

// A sandbox as a process of its own, as real providers are; asked over IPC when a text arrived. The broadcast's one has the
// bulk worker's low priority (docs/performance.md).
if (process.argv[2] === 'bulk') setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
const sandbox = await startSandbox({ journalLimit: 20_000 });
const arrivals = new Map<string, number>();
sandbox.journal.subscribe((entry) => {
  if (entry.body?.startsWith('probe ')) arrivals.set(entry.body, Date.now());
});
process.on('message', (question: 'counts' | 'arrivals') => {
  if (question === 'counts') process.send?.(sandbox.journal.counts());
  else {
    process.send?.(Object.fromEntries(arrivals));
    arrivals.clear();
  }
});
process.on('disconnect', () => void sandbox.close().then(() => process.exit()));
process.send?.({
  settings: sandbox.settings,
  webPushOrigin: `https://127.0.0.1:${sandbox.ports.web_push}`,
  webhook: { url: `http://127.0.0.1:${sandbox.ports.webhook}/hooks/bench`, secret: webhookSecretOf('bench') },
});
