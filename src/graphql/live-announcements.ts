import { context, lambda, type Step } from 'postgraphile/grafast';
import { extendSchema, gql } from 'postgraphile/utils';
import { livePlans } from './live-source.ts';
import type { Settings, WithClient } from './with-client.ts';

const readCurrent = async ([channels, withClient, settings]: readonly unknown[]) => {
  const { rows } = await (withClient as WithClient)(settings as Settings, (client) =>
    client.query<{ frame: unknown }>({
      text: 'select * from notify_hidden.current_announcements($1) as frame',
      values: [channels ?? []],
    }),
  );
  return rows.map(({ frame }) => frame);
};

/** Banners as people see them: as they come, and as a query for whoever has no socket. */
export const AnnouncementsPlugin = extendSchema({
  typeDefs: gql`
    "A banner that operators show to people who are connected."
    type Announcement {
      id: UUID!
      level: BannerLevel!
      title: String!
      body: String!
      action: AnnouncementAction
      startsAt: Datetime!
      "Take it away then; in the past: it was withdrawn."
      endsAt: Datetime
    }
    "How loud a banner is."
    enum BannerLevel { info warning critical }
    "Where an announcement leads."
    type AnnouncementAction {
      title: String!
      "A path of the application, an https URL or a deep link of its app."
      url: String!
    }
    extend type Query {
      "What is announced to you at this moment, in your language: to everybody, to a group that you are in, and on the channels that you name."
      currentAnnouncements(channels: [String!]): [Announcement!]!
    }
    extend type Subscription {
      "Banners, in your language: at once those that are shown, which are all that there are; then as they come, change or are withdrawn."
      announced: Announcement!
    }
  `,
  objects: {
    Query: {
      plans: {
        currentAnnouncements: (_$root: Step, fieldArgs) =>
          lambda(
            [fieldArgs.getRaw('channels') as never, context().get('withPgClient'), context().get('pgSettings')],
            readCurrent as never,
          ),
      },
    },
    Subscription: { plans: { announced: livePlans('announced') as never } },
  },
});
