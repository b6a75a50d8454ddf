import { createAnalytics } from './analytics.ts';
import { createCalls } from './calls.ts';
import { createDevices } from './devices.ts';
import { createInbox } from './inbox.ts';
import { createPreferences } from './preferences.ts';
import { type ClientOptions, createSend, type Send } from './send.ts';

export type Rowbell = {
  /** Sends a document of one's own. Constant documents with variables are planned once by the API. */
  readonly request: Send;
  readonly inbox: ReturnType<typeof createInbox>;
  readonly preferences: ReturnType<typeof createPreferences>;
  readonly devices: ReturnType<typeof createDevices>;
  readonly analytics: ReturnType<typeof createAnalytics>;
  readonly calls: ReturnType<typeof createCalls>;
};

/**
 * A client of one API for whoever is signed in. It has no state beside its options. All that it needs of its surroundings
 * is `fetch`, `AbortController` and timers. What it promises is rejected with a `RowbellError` and nothing else.
 */
export function createRowbell(options: ClientOptions): Rowbell {
  const send = createSend(options);
  return {
    request: send,
    inbox: createInbox(send),
    preferences: createPreferences(send),
    devices: createDevices(send),
    analytics: createAnalytics(send),
    calls: createCalls(send),
  };
}
