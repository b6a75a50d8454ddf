import { Client, cacheExchange, fetchExchange, gql } from '@urql/core';

const { ROWBELL_URL = 'http://127.0.0.1:5678/graphql', ROWBELL_TOKEN } = process.env;

const client = new Client({
  url: ROWBELL_URL,
  exchanges: [cacheExchange, fetchExchange],
  fetchOptions: () => ({ headers: { authorization: `Bearer ${ROWBELL_TOKEN}` } }),
});

const Inbox = gql<{ inbox: { totalCount: number; nodes: { id: string; title: string }[] } }, { first: number }>`
  query Inbox($first: Int!) {
    inbox(first: $first) { totalCount nodes { id title } }
  }
`;
const MarkRead = gql<{ markRead: { result: number } }, { ids: string[] }>`
  mutation MarkRead($ids: [UUID!]!) {
    markRead(input: { notificationIds: $ids }) { result }
  }
`;

// By GET, as urql asks by default for what is short.
const { data, error } = await client.query(Inbox, { first: 20 });
if (!data) throw error;
const ids = data.inbox.nodes.map(({ id }) => id);
const marked = await client.mutation(MarkRead, { ids });

// An error of the API has its code and field in `extensions`.
const refused = await client.query(Inbox, { first: -1 });
const [reason] = refused.error?.graphQLErrors ?? [];

console.log(
  JSON.stringify({ total: data.inbox.totalCount, marked: marked.data?.markRead.result, code: reason?.extensions.code }),
);
