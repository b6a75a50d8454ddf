import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  getOperationAST,
  isCompositeType,
  type OperationDefinitionNode,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'postgraphile/graphql';
import { RowbellError } from '../errors.ts';
import { defaultPageSize, mostPageSize } from './page-cap.ts';

/** Every field at the root takes a connection and a transaction of its own. */
const mostRootFields = 10;
/** Objects that an answer may have at most, by the pages asked for. */
const mostObjects = 10_000;

type Variables = Readonly<Record<string, unknown>>;

/**
 * Estimates how many objects an operation may answer with: each connection counts for as many as its `first` or `last`
 * (20 where it says neither), and what is selected below it that many times. Each fragment is looked at once, so that fragments
 * cannot make the estimate itself expensive.
 *
 * @throws {RowbellError} RBINV above `mostObjects` or with more than `mostRootFields` fields at the root
 */
export function checkCost(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null,
  variables: Variables,
): void {
  const operation = getOperationAST(document, operationName);
  if (!operation) return;
  const estimate = createEstimate(schema, document, variables);
  const root = schema.getRootType(operation.operation);
  const { fields, objects } = estimate(operation, root);
  if (fields > mostRootFields)
    throw new RowbellError('RBINV', `At most ${mostRootFields} fields at the root of a request.`);
  if (objects > mostObjects) {
    throw new RowbellError(
      'RBINV',
      `This may answer with ${Math.round(objects)} objects, at most ${mostObjects} are allowed: ask for fewer with "first".`,
    );
  }
}

type Estimate = { readonly fields: number; readonly objects: number };
const nothing: Estimate = { fields: 0, objects: 0 };

function createEstimate(schema: GraphQLSchema, document: DocumentNode, variables: Variables) {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === 'FragmentDefinition') fragments.set(definition.name.value, definition);
  }
  const known = new Map<FragmentDefinitionNode, Estimate>();

  const ofFragment = (name: string): Estimate => {
    const fragment = fragments.get(name);
    if (!fragment) return nothing;
    const cached = known.get(fragment);
    if (cached) return cached;
    const type = schema.getType(fragment.typeCondition.name.value);
    const estimate = ofSelections(fragment.selectionSet, isCompositeType(type) ? type : null);
    known.set(fragment, estimate);
    return estimate;
  };

  const ofField = (field: FieldNode, parent: unknown): number => {
    if (!field.selectionSet) return 0;
    const definition = parent instanceof GraphQLObjectType ? parent.getFields()[field.name.value] : undefined;
    const type = definition ? getNamedType(definition.type) : null;
    const { objects } = ofSelections(field.selectionSet, isCompositeType(type) ? type : null);
    const isPaged = definition?.args.some(({ name }) => name === 'first') ?? false;
    return (isPaged ? pageSize(field, variables) : 1) * (1 + objects);
  };

  const ofSelections = (set: SelectionSetNode, parent: unknown): Estimate => {
    let fields = 0;
    let objects = 0;
    for (const selection of set.selections) {
      if (selection.kind === 'Field') {
        fields += 1;
        objects += ofField(selection, parent);
        continue;
      }
      const condition = selection.kind === 'InlineFragment' ? selection.typeCondition : undefined;
      const inner =
        selection.kind === 'FragmentSpread'
          ? ofFragment(selection.name.value)
          : ofSelections(selection.selectionSet, condition ? schema.getType(condition.name.value) : parent);
      fields += inner.fields;
      objects += inner.objects;
    }
    return { fields, objects };
  };

  return (operation: OperationDefinitionNode, root: unknown): Estimate => ofSelections(operation.selectionSet, root);
}

function pageSize(field: FieldNode, variables: Variables): number {
  const asked = (field.arguments ?? [])
    .filter(({ name }) => name.value === 'first' || name.value === 'last')
    .map(({ value }): unknown => valueFromASTUntyped(value, { ...variables }))
    .find((size) => typeof size === 'number');
  // Above the cap the page is refused when it is asked for, so the cap is the most it can cost.
  return typeof asked === 'number' ? Math.min(Math.max(asked, 0), mostPageSize) : defaultPageSize;
}
