import { z } from 'zod';
import { type ExportSource, instant, list, readParameters, selected } from './export.ts';

/** As the arguments of `activityFeed`; lists with commas. */
const parametersSchema = z.strictObject({
  types: list.optional(),
  statuses: list.optional(),
  actions: list.optional(),
  resourceType: z.string().optional(),
  resourceId: z.string().optional(),
  since: instant.optional(),
  until: instant.optional(),
  search: z.string().max(200).optional(),
  userId: z.uuid().optional(),
});

const columns = {
  id: 'id',
  createdAt: 'created_at',
  type: 'type',
  action: 'action',
  status: 'status',
  title: 'title',
  description: 'description',
  resourceType: 'resource_type',
  resourceId: 'resource_id',
  ipAddress: 'ip_address',
  userAgent: 'user_agent',
  metadata: 'metadata',
  userId: 'user_id',
};

/** The caller's activity as a file: `/export/activity.csv` and `.json`, filtered as `activityFeed` is. */
export const activityExport: ExportSource = {
  name: 'activity',
  columns: Object.keys(columns),
  query(parameters) {
    const asked = readParameters(parametersSchema, parameters);
    const values = [
      asked.types,
      asked.statuses,
      asked.actions,
      asked.resourceType,
      asked.resourceId,
      asked.since,
      asked.until,
      asked.search,
      asked.userId,
    ];
    const feed = `select ${selected(columns)} from notify.activity_feed($1, $2, $3, $4, $5, $6, $7, $8, $9)`;
    return (after) =>
      after
        ? { text: `${feed} where id < $10 order by id desc`, values: [...values, after.id] }
        : { text: `${feed} order by id desc`, values };
  },
};
