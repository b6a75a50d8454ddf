import {
  ApolloClient,
  ApolloLink,
  CombinedGraphQLErrors,
  gql,
  HttpLink,
  InMemoryCache,
  type TypedDocumentNode,
} from '@apollo/client';
import { SetContextLink } from '@apollo/client/link/context';

const { ROWBELL_URL = 'http://127.0.0.1:5678/graphql', ROWBELL_TOKEN } = process.env;

// The token is asked for at each request.
const withToken = new SetContextLink(async ({ headers }) => ({
  headers: { ...headers, authorization: `Bearer ${ROWBELL_TOKEN}` },
}));
const client = new ApolloClient({
  link: ApolloLink.from([withToken, new HttpLink({ uri: ROWBELL_URL })]),
  cache: new InMemoryCache(),
});

const Inbox: TypedDocumentNode<
  { inbox: { totalCount: number; nodes: { id: string; title: string }[] } },
  { first: number }
> = gql`
  query Inbox($first: Int!) {
    inbox(first: $first) { totalCount nodes { id title } }
  }
`;
const Archive: TypedDocumentNode<
  { changeNotifications: { result: { changed: number; undoToken: string | null } } },
  { ids: string[] }
> = gql`
  mutation Archive($ids: [UUID!]!) {
    changeNotifications(input: { action: archive, notificationIds: $ids }) { result { changed undoToken } }
  }
`;

const { data } = await client.query({ query: Inbox, variables: { first: 20 } });
const ids = data?.inbox.nodes.map(({ id }) => id) ?? [];
const archived = await client.mutate({ mutation: Archive, variables: { ids } });

// An error of the API has its code and field in `extensions`.
const reason = await client.query({ query: Inbox, variables: { first: -1 } }).catch((error: unknown) => error);
const code = CombinedGraphQLErrors.is(reason) ? reason.errors[0]?.extensions?.code : String(reason);

console.log(
  JSON.stringify({ total: data?.inbox.totalCount, archived: archived.data?.changeNotifications.result.changed, code }),
);
