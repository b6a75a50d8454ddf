import { z } from 'zod';
import { RowbellError } from '../errors.ts';
import type { ExportSource } from './export.ts';

const list = z
  .string()
  .min(1)
  .max(500)
  .transform((text) => text.split(','));
const instant = z.iso.datetime({ offset: true });
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
    const parsed = parametersSchema.safeParse(Object.fromEntries(parameters));
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      const field = issue?.code === 'unrecognized_keys' ? issue.keys[0] : issue?.path[0];
      const what = issue?.code === 'unrecognized_keys' ? 'is unknown' : 'is not valid';
      throw new RowbellError('RBINV', `${String(field)}: ${what}`);
    }
    const { types, statuses, actions, resourceType, resourceId, since, until, search, userId } = parsed.data;
    const selected = Object.entries(columns).map(([name, column]) => `${column} as "${name}"`);
    return {
      text: `select ${selected.join(', ')} from notify.activity_feed($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      values: [types, statuses, actions, resourceType, resourceId, since, until, search, userId],
    };
  },
};
