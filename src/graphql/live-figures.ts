import { extendSchema, gql } from 'postgraphile/utils';
import { livePlans } from './live-source.ts';

/** Connections and what they ask for, for operators (NC-43). */
export const LiveFiguresPlugin = extendSchema({
  typeDefs: gql`
    "The sockets of all processes of the API, as each said within the last fifteen seconds."
    type LiveFigures {
      at: Datetime!
      connections: Int!
      "Who have a connection."
      people: Int!
      connectionsPerPerson: Float!
      maxConnectionsPerPerson: Int!
      subscriptions: [LiveSubscriptionCount!]!
      processes: [LiveProcess!]!
      "Since the processes began, as are the next three."
      frames: BigInt!
      "Frames that were not sent, because a client did not read."
      dropped: BigInt!
      "Subscriptions that began where they had left off, or were to."
      resumed: BigInt!
      "Those of them that had to begin anew."
      reset: BigInt!
    }
    "How many subscriptions of a field are open."
    type LiveSubscriptionCount {
      field: String!
      count: Int!
    }
    "A process of the API that holds sockets."
    type LiveProcess {
      id: UUID!
      host: String!
      pid: Int!
      startedAt: Datetime!
      seenAt: Datetime!
      connections: Int!
      "From the statement to the sending of its frames, in the last minute, rounded up; null: nothing came."
      lagP50Ms: Float
      lagP99Ms: Float
      frames: BigInt!
      dropped: BigInt!
      resumed: BigInt!
      reset: BigInt!
    }
    extend type Subscription {
      "Connections, subscriptions and delays over all processes of the API: at once, then every two seconds."
      liveFigures: LiveFigures!
    }
  `,
  objects: { Subscription: { plans: { liveFigures: livePlans('liveFigures') as never } } },
});
