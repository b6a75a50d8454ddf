import { Agent, request } from 'node:http';

// What somebody does who wants all of the API, in a process of its own: bench/fairness.ts measures how others fare meanwhile.
// Told what to do by a first message, it goes on until a second one; then it says how often it was answered with what.

export type Attack = {
  readonly kind: 'bulk changes' | 'hostile documents' | 'metrics';
  /** Of the API, or of the metrics. */
  readonly url: string;
  /** Of those who ask; null: of nobody. They take the connections in turn. */
  readonly tokens: readonly (string | null)[];
  /** So many at once, each asking again as soon as it is answered. */
  readonly connections: number;
  /** Ends by itself after so many. */
  readonly requests?: number;
  /** Documents of several attacks differ by their numbers. */
  readonly firstNumber?: number;
};

/** Answers by status; 0: none came. */
export type Statuses = Readonly<Record<string, number>>;

const statuses: Record<string, number> = {};
const agent = new Agent({ keepAlive: true });
let goesOn = true;

function send(url: string, token: string | null, body: string): Promise<number> {
  const headers = {
    ...(body && { 'content-type': 'application/json' }),
    ...(token !== null && { authorization: `Bearer ${token}` }),
  };
  return new Promise((resolve) => {
    const sent = request(url, { method: body ? 'POST' : 'GET', headers, agent, timeout: 60_000 }, (response) => {
      response.resume();
      response.once('close', () => resolve(response.statusCode ?? 0));
    });
    sent.once('error', () => resolve(0));
    sent.once('timeout', () => sent.destroy());
    sent.end(body);
  });
}

/** The nth document, unlike all others: of four, one takes long to plan, one is wide, one is costly to refuse, one is too large. */
function hostileDocument(n: number): string {
  const shapes = [deepDocument, wideDocument, conflictingDocument, endlessDocument];
  return (shapes[n % shapes.length] as (n: number) => string)(n);
}

/** As large and deep as is allowed. */
function deepDocument(n: number): string {
  const leaf = Array.from({ length: 18 }, (_, k) => `k${n}_${k}: __typename`).join(' ');
  const inner = `decisions(first: 1) { nodes { ${leaf} rule event { id decisions(first: 1) { nodes { rule notification { id ${leaf}
    deliveries(first: 1) { id attempts(first: 1) { code } } } } } } } }`;
  const fields = Array.from(
    { length: 4 },
    (_, k) => `x${k}: notification(id: "00000000-0000-7000-8000-00000000000${k}") { id ${inner} }`,
  );
  return `query q${n} { ${fields.join(' ')} }`;
}

/** As many names for one field as are allowed. */
function wideDocument(n: number): string {
  return `query q${n} { inbox(first: 1) { nodes { ${Array.from({ length: 490 }, (_, k) => `k${n}_${k}: title`).join(' ')} } } }`;
}

/** One name for many fields: GraphQL's rules compare each with each. */
function conflictingDocument(n: number): string {
  return `query q${n} { inbox(first: 1) { nodes { ${Array.from({ length: 490 }, (_, k) => `k: field${n}_${k}`).join(' ')} } } }`;
}

/** Words without an end. */
function endlessDocument(n: number): string {
  return `query q${n} { ${'unreadCount '.repeat(8_000)} }`;
}

function bulkChange(n: number): string {
  const action = n % 2 === 0 ? 'read' : 'unread';
  return `mutation { changeNotifications(input: { action: ${action}, filter: {} }) { result { changed } } }`;
}

let asked = 0;
async function askAgainAndAgain(attack: Attack, token: string | null) {
  const { url, kind, requests = Number.POSITIVE_INFINITY, firstNumber = 0 } = attack;
  while (goesOn && asked < requests) {
    asked++;
    const query = { 'bulk changes': bulkChange, 'hostile documents': hostileDocument, metrics: () => '' }[kind](
      firstNumber + asked,
    );
    const status = await send(url, token, query && JSON.stringify({ query }));
    statuses[status] = (statuses[status] ?? 0) + 1;
    // Who is refused gets no further without a pause; the bench is not about the attacker's own processor time.
    if (status !== 200) await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const end = () => process.send?.(statuses, () => process.exit());
process.once('message', (attack: Attack) => {
  const { connections, tokens } = attack;
  const asking = Array.from({ length: connections }, (_, n) =>
    askAgainAndAgain(attack, tokens[n % tokens.length] ?? null),
  );
  void Promise.all(asking).then(end);
  process.once('message', () => {
    goesOn = false;
    end();
  });
});
process.on('disconnect', () => process.exit());
