import { TYPES } from 'postgraphile/@dataplan/pg';
import type { Step } from 'postgraphile/grafast';
import { wrapPlans } from 'postgraphile/utils';

type Row = Step & { get(attribute: string): Step };

/**
 * Whatever names one notification (a decision, a digest's item, a thread) finds it by `inbox_row()` and is not joined to it, for
 * the reason that docs/decisions/0005-inbox.md gives.
 */
export const NotificationByKeyPlugin = wrapPlans(
  ({ scope: { pgRelationDetails, isPgSingleRelationField } }, { pgResources }) => {
    if (!pgRelationDetails || !isPgSingleRelationField) return null;
    const { registry, codec, relationName } = pgRelationDetails;
    const relation = registry.pgRelations[codec.name]?.[relationName];
    const [attribute] = relation?.localAttributes ?? [];
    const byKey = pgResources.inbox_row;
    if (!byKey || !attribute || relation?.isReferencee || relation?.remoteResource.name !== 'notifications')
      return null;
    return ($row: Row) => byKey.execute([{ step: $row.get(attribute), pgCodec: TYPES.uuid }]);
  },
  (find) => (_plan, $row) => find($row as Row),
  { name: 'RowbellNotificationByKeyPlugin', version: '1.0.0', disableResolverEmulationWarnings: true },
);
