import { setTimeout as sleep } from 'node:timers/promises';
import { context, object, sideEffect } from 'postgraphile/grafast';
import { extendSchema, gql } from 'postgraphile/utils';
import type { RowOf } from '../database/rows.ts';
import type { Grants } from './grants.ts';
import type { Turn } from './request-turns.ts';
import type { Settings, WithClient } from './with-client.ts';

const maxWaitMs = 5_000;
const pollMs = 50;

type Asker = { readonly withClient: WithClient; readonly settings: Settings; readonly turn: Turn };
type Push = RowOf<'notify_hidden.send_test_push'>;
type State = RowOf<'notify_hidden.test_states', 'delivery_id' | 'reason' | 'code'>;
type Verdict = {
  readonly deliveryId: string | null;
  readonly status: string;
  readonly reason: string | null;
  readonly providerCode: string | null;
};

/**
 * Waits, outside of any transaction and holding neither a connection nor the place of a request, until each provider
 * has spoken of these tests or 5 s are over. What is not settled by then is reported as it stands. One verdict an event,
 * in their order.
 */
async function awaitVerdicts(
  { withClient, settings }: Asker,
  eventIds: readonly string[],
): Promise<readonly Verdict[]> {
  const deadline = performance.now() + maxWaitMs;
  for (;;) {
    const { rows: states } = await withClient(settings, (client) =>
      client.query<State>({ text: 'select * from notify_hidden.test_states($1)', values: [eventIds] }),
    );
    const isSettled = states.length === eventIds.length && states.every(({ settled }) => settled);
    if (isSettled || performance.now() >= deadline) {
      const byEvent = new Map(states.map((state) => [state.event_id, state]));
      return eventIds.map((eventId) => verdictOf(byEvent.get(eventId)));
    }
    await sleep(pollMs);
  }
}

function verdictOf(state: State | undefined): Verdict {
  return {
    deliveryId: state?.delivery_id ?? null,
    status: state?.status ?? 'queued',
    reason: state?.reason ?? null,
    providerCode: state?.code ?? null,
  };
}

/** Sends test pushes as the caller and waits for what the providers say. */
async function testPush(asker: Asker, deviceId: string | null) {
  const { withClient, settings, turn } = asker;
  const { rows: pushes } = await withClient(settings, (client) =>
    client.query<Push>({ text: 'select * from notify_hidden.send_test_push($1)', values: [deviceId] }),
  );
  const events = pushes.map(({ event_id }) => event_id);
  const verdicts = await turn.aside(() => awaitVerdicts(asker, events));
  return pushes.map((push, index) => ({ deviceId: push.tested_device_id, ...(verdicts[index] as Verdict) }));
}

/** Sends one test by a function that answers with its event, and waits for what is said of it. */
async function testOne(asker: Asker, call: string, values: string[] = []): Promise<Verdict> {
  const { withClient, settings, turn } = asker;
  const { rows } = await withClient(settings, (client) =>
    client.query<{ event_id: string }>({ text: `select ${call} as event_id`, values }),
  );
  const events = rows.map(({ event_id }) => event_id);
  const [verdict] = await turn.aside(() => awaitVerdicts(asker, events));
  return verdict as Verdict;
}

const testEmail = (asker: Asker) => testOne(asker, 'notify_hidden.send_test_email()');
const testWebhook = (asker: Asker, endpointId: string) =>
  testOne(asker, 'notify_hidden.send_test_webhook($1)', [endpointId]);

const asker = () =>
  object({
    withClient: context().get('withPgClient'),
    settings: context().get('pgSettings'),
    turn: context().get('turn'),
  });

type Extension = Exclude<Parameters<typeof extendSchema>[0], (...all: never[]) => unknown>;

const testSends: Extension = {
  typeDefs: gql`
    input TestPushInput {
      "One of your devices; each of them when left out."
      deviceId: UUID
    }
    type TestPushPayload {
      results: [TestPushResult!]!
    }
    "What a provider said of a test push."
    type TestPushResult {
      deviceId: UUID!
      deliveryId: UUID
      "Status of the delivery: sent where the provider took it, queued where nobody carried it within 5 seconds."
      status: DeliveryStatus!
      "Why it failed or was held back."
      reason: String
      "The provider's own code."
      providerCode: String
    }
    "What a mail server or a webhook endpoint said of a test."
    type TestPayload {
      deliveryId: UUID
      "Status of the delivery: sent where it was taken, queued where nobody carried it within 5 seconds."
      status: DeliveryStatus!
      "Why it failed or was held back; unverified where your address is to be verified first."
      reason: String
      "The mail server's own code; of an endpoint the HTTP status, or what became of the connection."
      providerCode: String
    }
    extend type Mutation {
      "Sends a test notification to your own devices and answers with each provider's verdict, after at most 5 seconds."
      testPush(input: TestPushInput!): TestPushPayload
      "Sends a test mail to your own address and answers with the mail server's verdict, after at most 5 seconds."
      testEmail: TestPayload
      "Sends a test to one of your webhook endpoints and answers with what it said, after at most 5 seconds."
      testWebhookEndpoint(input: EndpointIdInput!): TestPayload
    }
  `,
  objects: {
    Mutation: {
      plans: {
        testPush(_$root, fieldArgs) {
          const $deviceId = fieldArgs.getRaw(['input', 'deviceId']);
          return object({
            results: sideEffect([asker(), $deviceId], ([asker, deviceId]) =>
              testPush(asker as Asker, deviceId as string | null),
            ),
          });
        },
        testEmail() {
          return sideEffect(asker(), (asker) => testEmail(asker as Asker));
        },
        testWebhookEndpoint(_$root, fieldArgs) {
          const $endpointId = fieldArgs.getRaw(['input', 'endpointId']);
          return sideEffect([asker(), $endpointId], ([asker, endpointId]) =>
            testWebhook(asker as Asker, endpointId as string),
          );
        },
      },
    },
  },
};

/** Tests of one's own addresses, where a role may send them. */
export const createTestSendPlugin = ({ mayExecute }: Grants): GraphileConfig.Plugin =>
  extendSchema(mayExecute('notify_hidden.send_test_push') ? testSends : { typeDefs: [] });
