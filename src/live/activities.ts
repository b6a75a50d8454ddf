import { type ActivityFrame, activityFrameOf, ofTypes } from './activity-frame.ts';
import { giveUp } from './connection.ts';
import { byCrowd } from './crowds.ts';
import { type Cursor, earliest, historyOf, later } from './cursor.ts';
import { createFeed } from './feed.ts';
import type { Figures } from './figures.ts';
import type { Lane } from './hub.ts';
import type { Reader } from './reader.ts';
import { createRoster } from './roster.ts';
import type { Item } from './since.ts';
import type { Subscribe, Topics } from './topic.ts';

type Member = { readonly tell: (frame: ActivityFrame, bytes: number) => void };

const bareBytes = 100;

/** People's own activity: `activityAdded`, and `channel`, which is a part of it under a name. */
export function createActivities({ reader, figures }: { readonly reader: Reader; readonly figures: Figures }): {
  readonly lane: Lane;
  readonly topics: Topics;
} {
  const roster = createRoster<Member>();
  const send = (person: string, frame: ActivityFrame, bytes: number): void => {
    for (const { tell } of roster.of(person)) tell(frame, bytes);
  };

  const catchUpOf = async (people: readonly string[], after: Cursor): Promise<Cursor | null> => {
    const all = await Promise.all(
      people.map(async (person) => {
        const since = await reader.activitySince(person, after);
        send(person, activityFrameOf(since, null), since.bytes + bareBytes);
        return since.cursor;
      }),
    );
    return earliest(all);
  };

  const lane: Lane = {
    kinds: 'am',
    isWanted: roster.has,
    async handle(doorbells, cursor) {
      const { pairs, crowded, since } = byCrowd(doorbells, 'm', historyOf(cursor));
      const frames = new Map<string, { items: Item[]; bytes: number }>();
      for (const { person, item, bytes } of await reader.activities(pairs)) {
        const frame = frames.get(person) ?? { items: [], bytes: bareBytes };
        frames.set(person, frame);
        frame.items.push(item);
        frame.bytes += bytes;
      }
      for (const [person, { items, bytes }] of frames) send(person, { cursor, reset: false, items }, bytes);
      await catchUpOf(crowded, since);
      figures.noteRead(doorbells);
    },
    catchUp: async (after) => (await catchUpOf(roster.people(), after)) ?? after,
  };

  const subscribeTo =
    (field: string): Subscribe =>
    (connection, { types: asked, after }) => {
      const { identity, backlog } = connection;
      const { userId } = identity;
      const types = asked as readonly string[] | null | undefined;
      let had: Cursor = '';
      const feed = createFeed<ActivityFrame>({
        backlog,
        reset: () => ({ cursor: had, reset: true, items: [] }),
        onTaken(frame) {
          had = later(had, frame.cursor);
          figures.noteFrame(field);
        },
        onDropped: figures.noteDropped,
        onEnd: () => leave(),
      });
      const leave = roster.add(userId, {
        tell({ cursor, reset, items: all }, bytes) {
          const items = ofTypes(all, types);
          if (items.length > 0 || reset) feed.push({ cursor, reset, items }, bytes);
        },
      });
      reader.activitySince(userId, (after as Cursor | null | undefined) ?? null).then(
        (since) => {
          had = since.cursor;
          if (after != null) figures.noteResumed(since.isReset);
          feed.open(activityFrameOf(since, types), since.bytes + bareBytes);
        },
        (error: unknown) => giveUp(connection, feed, error),
      );
      return feed;
    };

  return { lane, topics: { activityAdded: subscribeTo('activityAdded'), channel: subscribeTo('channel') } };
}
