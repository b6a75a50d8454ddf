import { Agent, request } from 'node:http';

// What somebody does who wants all of the API, in a process of its own: bench/fairness.ts measures how others fare meanwhile.
// Told what to do by a first message, it goes on until a second one; then it says how often it was answered with what.

export type Attack = {
  readonly kind: 'bulk changes' | 'hostile documents' | 'metrics';
  /** Of the API, or of the metrics. */
  readonly url: string;
  readonly token: string | null;
  /** So many at once, each asking again as soon as it is answered. */
  readonly connections: number;
};

/** Answers by status; 0: none came. */
export type Statuses = Readonly<Record<string, number>>;

const statuses: Record<string, number> = {};
const agent = new Agent({ keepAlive: true });
let goesOn = true;

function send(attack: Attack, body: string): Promise<number> {
  const headers = {
    ...(body && { 'content-type': 'application/json' }),
    ...(attack.token !== null && { authorization: `Bearer ${attack.token}` }),
  };
  return new Promise((resolve) => {
    const sent = request(attack.url, { method: body ? 'POST' : 'GET', headers, agent, timeout: 60_000 }, (response) => {
      response.resume();
      response.once('close', () => resolve(response.statusCode ?? 0));
    });
    sent.once('error', () => resolve(0));
    sent.once('timeout', () => sent.destroy());
    sent.end(body);
  });
}

/** The nth document, unlike all others, and as large and deep as is allowed. */
function hostileDocument(n: number): string {
  const leaf = Array.from({ length: 18 }, (_, k) => `k${n}_${k}: __typename`).join(' ');
  const inner = `decisions(first: 1) { nodes { ${leaf} rule event { id decisions(first: 1) { nodes { rule notification { id ${leaf}
    deliveries(first: 1) { nodes { id attempts(first: 1) { nodes { code } } } } } } } } } }`;
  const fields = Array.from(
    { length: 4 },
    (_, k) => `x${k}: notification(id: "00000000-0000-7000-8000-00000000000${k}") { id ${inner} }`,
  );
  return `query q${n} { ${fields.join(' ')} }`;
}

function bulkChange(n: number): string {
  const action = n % 2 === 0 ? 'read' : 'unread';
  return `mutation { changeNotifications(input: { action: "${action}", filter: {} }) { result { changed } } }`;
}

let asked = 0;
async function askAgainAndAgain(attack: Attack): Promise<void> {
  while (goesOn) {
    asked++;
    const query = { 'bulk changes': bulkChange, 'hostile documents': hostileDocument, metrics: () => '' }[attack.kind](
      asked,
    );
    const status = await send(attack, query && JSON.stringify({ query }));
    statuses[status] = (statuses[status] ?? 0) + 1;
    // Who is refused gets no further without a pause; the bench is not about the attacker's own processor time.
    if (status !== 200) await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

process.once('message', (attack: Attack) => {
  for (let n = 0; n < attack.connections; n++) void askAgainAndAgain(attack);
  process.once('message', () => {
    goesOn = false;
    process.send?.(statuses, () => process.exit());
  });
});
process.on('disconnect', () => process.exit());
