import { constant, context, lambda, listen, object, type Step } from 'postgraphile/grafast';
import { extendSchema, gql } from 'postgraphile/utils';
import type { RowOf } from '../database/rows.ts';
import { activityFrameOf } from '../live/activity-frame.ts';
import { activitySinceOf } from '../live/since.ts';
import type { Channels } from './live-channels.ts';
import { livePlans } from './live-source.ts';
import type { Settings, WithClient } from './with-client.ts';

const readSince = async ([after, types, withClient, settings]: readonly unknown[]) => {
  const { rows } = await (withClient as WithClient)(settings as Settings, (client) =>
    client.query<RowOf<'notify_hidden.activity_since'>>({
      text: 'select * from notify_hidden.activity_since($1)',
      values: [after ?? null],
    }),
  );
  const since = activitySinceOf(rows[0] as RowOf<'notify_hidden.activity_since'>);
  return activityFrameOf(since, types as readonly string[] | null | undefined);
};

/** One's own activity as it comes: all of it, some types, or a channel that a pack has named. */
export const createLiveActivityPlugin = (channels: Channels): GraphileConfig.Plugin =>
  extendSchema(
    {
      typeDefs: [
        gql`
          "What came in one's own activity. Entries never change."
          type ActivityChange {
            "Keep the highest."
            cursor: LiveCursor!
            "Too much came, or nothing is known of the cursor: ask the page that is shown anew."
            reset: Boolean!
            "The same may come again."
            items: [LiveActivity!]!
          }
          "An entry of one's own activity in a frame."
          type LiveActivity {
            id: UUID!
            type: String!
            resourceType: String
            resourceId: String
            action: ActivityAction!
            status: ActivityStatus!
            title: String!
            description: String
            metadata: JSON!
            createdAt: Datetime!
          }
          extend type Query {
            "What came in your activity since a cursor, of these types or of any; without a cursor only the cursor of this instant."
            activitySince(after: LiveCursor, types: [String!]): ActivityChange!
          }
          extend type Subscription {
            "Your own activity, of these types or of any: at once what came since the cursor, then what commits."
            activityAdded(types: [String!], after: LiveCursor): ActivityChange!
          }
        `,
        ...(channels.size > 0 ? [channelTypes(channels)] : []),
      ],
      objects: {
        Query: {
          plans: {
            activitySince: (_$root: Step, fieldArgs) =>
              lambda(
                [
                  fieldArgs.getRaw('after') as never,
                  fieldArgs.getRaw('types') as never,
                  context().get('withPgClient'),
                  context().get('pgSettings'),
                ],
                readSince as never,
              ),
            ...(channels.size > 0 && { liveChannelTypes: typesPlan(channels) }),
          },
        },
        Subscription: {
          plans: {
            activityAdded: livePlans('activityAdded', ['types', 'after']) as never,
            ...(channels.size > 0 && { channel: channelPlans(channels) as never }),
          },
        },
      },
    },
    'RowbellLiveActivityPlugin',
  );

const channelTypes = (channels: Channels) => gql`
  "A part of one's own activity, under a name that a pack gave it."
  enum LiveChannel {
    ${[...channels.keys()].join('\n')}
  }
  extend type Query {
    "The types of activity that a channel tells: what it told before is the page of activityFeed of these types."
    liveChannelTypes(name: LiveChannel!): [String!]!
  }
  extend type Subscription {
    "The part of your own activity that a pack has named so: at once what came since the cursor, then what commits."
    channel(name: LiveChannel!, after: LiveCursor): ActivityChange!
  }
`;

type FieldArguments = { getRaw(name: string): Step };

const typesPlan = (channels: Channels) => (_$root: Step, fieldArgs: FieldArguments) =>
  lambda(fieldArgs.getRaw('name'), (name) => channels.get(name as string), true);

const channelPlans = (channels: Channels) => ({
  subscribePlan($root: Step, fieldArgs: FieldArguments) {
    const $types = typesPlan(channels)($root, fieldArgs);
    const $topic = object({
      field: constant('channel'),
      args: object({ name: fieldArgs.getRaw('name'), types: $types, after: fieldArgs.getRaw('after') }),
    });
    return listen(context().get('live') as never, $topic as never);
  },
  plan: ($frame: Step) => $frame,
});
