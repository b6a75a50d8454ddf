import { jsonPgSmartTags } from 'postgraphile/utils';

/** One relation with both its names; null leaves a direction out, mostly because no index would serve it. */
type Relation = {
  readonly columns: string;
  readonly references: string;
  readonly forward: string | null;
  readonly backward: string | null;
};

function foreignKey({ columns, references, forward, backward }: Relation): string {
  return [
    `(${columns}) references ${references}`,
    forward ? `@fieldName ${forward}` : '@forwardBehavior -*',
    backward ? `@foreignFieldName ${backward}` : '@backwardBehavior -*',
  ].join('|');
}

/** Found by id, and with what they belong to: all of them would be everybody's rows, and there are better ways to one's own. */
const notAtTheRoot = '-query:resource:connection -query:resource:list';

/**
 * The partitioned tables carry no foreign keys (a check per inserted row costs more than the insert), so the way from an
 * event over decisions, notification, deliveries to attempts and receipts is told here.
 */
export const RelationsPlugin = jsonPgSmartTags({
  version: 1,
  config: {
    class: {
      'notify.events': { tags: { behavior: notAtTheRoot } },
      'notify.activities': { tags: { behavior: notAtTheRoot } },
      'notify.email_verifications': { tags: { behavior: notAtTheRoot } },
      'notify.notifications': {
        tags: {
          behavior: notAtTheRoot,
          // What the decisions refer to; no index serves it as a way in.
          unique: 'event_id,recipient_id|@behavior -single',
          foreignKey: [
            foreignKey({
              columns: 'type_key',
              references: 'notify.notification_types (key)',
              forward: 'type',
              backward: null,
            }),
          ],
        },
      },
      'notify.inbox_thread': {
        tags: {
          foreignKey: [
            foreignKey({
              columns: 'newest_id',
              references: 'notify.notifications (id)',
              forward: 'newest',
              backward: null,
            }),
          ],
        },
      },
      'notify.search_result': {
        tags: {
          // One id, of a row of one of these tables: the others have no such row.
          foreignKey: [
            foreignKey({ columns: 'user_id', references: 'notify.users (id)', forward: 'person', backward: null }),
            foreignKey({ columns: 'id', references: 'notify.devices (id)', forward: 'device', backward: null }),
            foreignKey({
              columns: 'id',
              references: 'notify.webhook_endpoints (id)',
              forward: 'webhookEndpoint',
              backward: null,
            }),
            foreignKey({
              columns: 'id',
              references: 'notify.notifications (id)',
              forward: 'notification',
              backward: null,
            }),
            foreignKey({ columns: 'id', references: 'notify.deliveries (id)', forward: 'delivery', backward: null }),
            foreignKey({ columns: 'id', references: 'notify.events (id)', forward: 'event', backward: null }),
          ],
        },
      },
      'notify.decisions': {
        tags: {
          foreignKey: [
            foreignKey({
              columns: 'event_id',
              references: 'notify.events (id)',
              forward: 'event',
              backward: 'decisions',
            }),
            foreignKey({
              columns: 'notification_id',
              references: 'notify.notifications (id)',
              forward: 'notification',
              backward: null,
            }),
            // Backward by the decisions' own key, for which there is an index.
            foreignKey({
              columns: 'event_id,recipient_id',
              references: 'notify.notifications (event_id,recipient_id)',
              forward: null,
              backward: 'decisions',
            }),
          ],
        },
      },
      'notify.digests': {
        tags: {
          foreignKey: [
            foreignKey({ columns: 'event_id', references: 'notify.events (id)', forward: 'event', backward: null }),
          ],
        },
      },
      'notify.digest_items': {
        tags: {
          behavior: notAtTheRoot,
          foreignKey: [
            foreignKey({
              columns: 'digest_id',
              references: 'notify.digests (id)',
              forward: 'digest',
              backward: 'items',
            }),
            foreignKey({ columns: 'event_id', references: 'notify.events (id)', forward: 'event', backward: null }),
            foreignKey({
              columns: 'notification_id',
              references: 'notify.notifications (id)',
              forward: 'notification',
              backward: null,
            }),
          ],
        },
      },
      'notify.journey_enrollments': { tags: { behavior: notAtTheRoot } },
      'notify.journey_steps_taken': {
        tags: {
          behavior: notAtTheRoot,
          foreignKey: [
            foreignKey({ columns: 'event_id', references: 'notify.events (id)', forward: 'event', backward: null }),
          ],
        },
      },
      'notify.deliveries': {
        tags: {
          behavior: notAtTheRoot,
          foreignKey: [
            foreignKey({
              columns: 'notification_id',
              references: 'notify.notifications (id)',
              forward: 'notification',
              backward: 'deliveries',
            }),
            foreignKey({ columns: 'device_id', references: 'notify.devices (id)', forward: 'device', backward: null }),
          ],
        },
      },
      'notify.delivery_attempts': {
        tags: {
          behavior: notAtTheRoot,
          foreignKey: [
            foreignKey({
              columns: 'delivery_id',
              references: 'notify.deliveries (id)',
              forward: 'delivery',
              backward: 'attempts',
            }),
          ],
        },
      },
      'notify.receipts': {
        tags: {
          behavior: notAtTheRoot,
          foreignKey: [
            foreignKey({
              columns: 'delivery_id',
              references: 'notify.deliveries (id)',
              forward: 'delivery',
              backward: 'receipts',
            }),
          ],
        },
      },
    },
  },
});
