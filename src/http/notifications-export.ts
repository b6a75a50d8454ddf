import { z } from 'zod';
import { type ExportSource, instant, list, readParameters, selected } from './export.ts';

/** As the arguments of `inbox`; lists with commas. */
const parametersSchema = z.strictObject({
  categories: list.optional(),
  types: list.optional(),
  read: z.stringbool({ truthy: ['true'], falsy: ['false'] }).optional(),
  places: list.optional(),
  since: instant.optional(),
  until: instant.optional(),
  search: z.string().max(200).optional(),
  threadId: z.string().optional(),
  app: z.string().optional(),
  sort: z.enum(['newest', 'oldest', 'unread_first']).default('newest'),
});

const columns = {
  id: 'n.id',
  createdAt: 'n.created_at',
  category: '(select t.category from notify.notification_types as t where t.key = n.type_key)',
  type: 'n.type_key',
  priority: 'n.priority',
  title: 'n.title',
  subtitle: 'n.subtitle',
  body: 'n.body',
  data: 'n.data',
  threadId: 'n.thread_id',
  seenAt: 'n.seen_at',
  readAt: 'n.read_at',
  clickedAt: 'n.clicked_at',
  archivedAt: 'n.archived_at',
  snoozedUntil: 'n.snoozed_until',
};

// A row of parameters and not JSON: the filter is inlined, and would take the JSON apart for each notification.
const found = `select ${selected(columns)}
  from notify_hidden.inbox(row($1, $2, $3, $4, $5, $6, $7, $8, $9)::notify.inbox_filter) as n`;
const values = (asked: z.output<typeof parametersSchema>) => {
  const { categories, types, read, places, since, until, search, threadId, app } = asked;
  return [categories, types, read, places, since, until, search, threadId, app];
};

const byId = {
  newest: { all: `${found} order by n.id desc`, rest: `${found} where n.id < $10 order by n.id desc` },
  oldest: { all: `${found} order by n.id`, rest: `${found} where n.id > $10 order by n.id` },
};
// One list after the other, each in the order of its index. Sorted as one it would be whole before the first row.
const unreadFirst = {
  all: `(${found} where n.read_at is null order by n.id desc)
    union all (${found} where n.read_at is not null order by n.id desc)`,
  // As it was when the export began, so that what is read meanwhile is not given twice.
  restOfUnread: `(${found} where (n.read_at is null or n.read_at > $11) and n.id < $10 order by n.id desc)
    union all (${found} where n.read_at <= $11 order by n.id desc)`,
  restOfRead: `${found} where n.read_at <= $11 and n.id < $10 order by n.id desc`,
};

/** The caller's notifications as a file: `/export/notifications.csv` and `.json`, filtered and sorted as `inbox` is. */
export const notificationsExport: ExportSource = {
  name: 'notifications',
  columns: Object.keys(columns),
  query(parameters) {
    const asked = readParameters(parametersSchema, parameters);
    const { sort } = asked;
    const begunAt = new Date();
    return (after) => {
      if (sort !== 'unread_first') {
        return after
          ? { text: byId[sort].rest, values: [...values(asked), after.id] }
          : { text: byId[sort].all, values: values(asked) };
      }
      if (!after) return { text: unreadFirst.all, values: values(asked) };
      const wasRead = after.readAt instanceof Date && after.readAt <= begunAt;
      return {
        text: wasRead ? unreadFirst.restOfRead : unreadFirst.restOfUnread,
        values: [...values(asked), after.id, begunAt],
      };
    };
  },
};
