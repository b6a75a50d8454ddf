import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FaultInput } from '../../src/sandbox/faults.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';

// The providers, as a process of their own: three sandboxes with the same keys, so that Web Push and webhooks have three origins
// each. Of the other providers the first is used. Asked over IPC.

/** A question, and what is answered to each. */
export type Question =
  | { readonly ask: 'begin'; readonly place: number; readonly fault: FaultInput }
  | { readonly ask: 'strikes' | 'end'; readonly place: number; readonly id: string }
  | { readonly ask: 'taken' };
export type Taken = Readonly<Record<string, readonly number[]>>;
export type Numbered<T> = T & { readonly number: number };

const dataDir = await mkdtemp(join(tmpdir(), 'rowbell-storm-'));
const places: Sandbox[] = [];
for (let place = 0; place < 3; place++) places.push(await startSandbox({ dataDir, journalLimit: 1_000 }));
/** When each delivery was taken, every time it was: milliseconds by its id. */
const taken = new Map<string, number[]>();
for (const { journal } of places)
  journal.subscribe(({ deliveryId, status, reason }) => {
    const isTaken = (status >= 200 && status < 300) || (status === 0 && reason === 'accepted');
    if (!isTaken || deliveryId === null) return;
    const id = /^[\w-]{36}/.exec(deliveryId)?.[0] ?? deliveryId;
    taken.set(id, [...(taken.get(id) ?? []), Date.now()]);
  });

function answer(question: Question): unknown {
  if (question.ask === 'taken') return Object.fromEntries(taken);
  const faults = places[question.place]?.faults;
  if (question.ask === 'begin') return faults?.add(question.fault).id;
  if (question.ask === 'end') faults?.remove(question.id);
  return faults?.strikes(question.id);
}

process.on('message', (question: Numbered<Question>) =>
  process.send?.({ number: question.number, answer: answer(question) }),
);
process.on('disconnect', async () => {
  await Promise.all(places.map((place) => place.close()));
  await rm(dataDir, { recursive: true });
  process.exit();
});
const settings: Record<string, string> = { ...places[0]?.settings };
settings.WEB_PUSH_SANDBOX_ORIGINS = places.map((place) => place.settings.WEB_PUSH_SANDBOX_ORIGINS).join();
process.send?.({
  settings,
  origins: {
    web_push: places.map(({ ports }) => `https://127.0.0.1:${ports.web_push}`),
    webhook: places.map(({ ports }) => `http://127.0.0.1:${ports.webhook}`),
  },
});
