import {
  type DocumentNode,
  type FieldNode,
  type GraphQLField,
  GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isListType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  valueFromASTUntyped,
  visit,
} from 'postgraphile/graphql';
import { RowbellError } from '../errors.ts';
import { oncePerFragment } from './fragments.ts';
import { defaultPageSize, maxListSize, maxPageSize } from './page-cap.ts';

/** Every field at the root takes a connection and a transaction of its own. */
const maxRootFields = 10;
/** Objects that an answer may have at most, by the pages asked for. */
const maxObjects = 10_000;
/** Values of these objects: a field costs nothing more under a second name, until it is sent. */
const maxValues = 100_000;

/** As many rows a list that is asked for no number is taken to have: few have more, and none has more than its default. */
const usualListSize = 50;

/** Of a document, how many sizes of its pages are remembered that cost little enough. */
const maxRemembered = 20;

type Variables = Readonly<Record<string, unknown>>;
export type Costed = {
  readonly ast: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** Variables that say how many rows, with their defaults, and values of these with which it costs little enough. */
  readonly sizes: Variables;
  readonly passed: Set<string>;
};

/** The variables of a document that say how many rows a page or list has, with what they are unless given. */
export function sizesOf(ast: DocumentNode, { variableDefinitions = [] }: OperationDefinitionNode): Variables {
  const names = new Set<string>();
  visit(ast, {
    Argument({ name, value }) {
      if ((name.value === 'first' || name.value === 'last') && value.kind === Kind.VARIABLE)
        names.add(value.name.value);
    },
  });
  return Object.fromEntries(
    variableDefinitions
      .filter(({ variable }) => names.has(variable.name.value))
      .map(({ variable, defaultValue }) => [variable.name.value, defaultValue && valueFromASTUntyped(defaultValue)]),
  );
}

/**
 * Estimates how many objects an operation may answer with: each connection or list counts for as many as its `first` or `last`
 * (20 or 50 where it says neither), and what is selected below it that many times; and how many values these have. Fields of a
 * root type count as such wherever they stand. Each fragment is looked at once, so that fragments cannot make the estimate itself expensive.
 *
 * @throws {RowbellError} RBINV above `maxObjects` or `maxValues`, or with more than `maxRootFields` fields of the root
 */
export function checkCost(
  schema: GraphQLSchema,
  { ast, operation, sizes, passed }: Costed,
  variables: Variables,
): void {
  // Nothing else of the variables matters to it.
  const given = Object.entries(sizes).map(
    ([name, unless]) => [name, variables[name] === undefined ? unless : variables[name]] as const,
  );
  const key = given.map(([, size]) => (typeof size === 'number' ? size : '')).join();
  if (passed.has(key)) return;
  const estimate = createEstimate(schema, ast, Object.fromEntries(given));
  const { rootFields, objects, values } = estimate(operation.selectionSet, schema.getRootType(operation.operation));
  if (rootFields > maxRootFields)
    throw new RowbellError('RBINV', `At most ${maxRootFields} fields at the root of a request.`);
  if (objects > maxObjects) {
    throw new RowbellError(
      'RBINV',
      `This may answer with ${Math.round(objects)} objects, at most ${maxObjects} are allowed: ask for fewer with "first".`,
    );
  }
  if (values > maxValues) {
    throw new RowbellError(
      'RBINV',
      `This may answer with ${Math.round(values)} values, at most ${maxValues} are allowed: ask for fewer fields, or rows.`,
    );
  }
  if (passed.size < maxRemembered) passed.add(key);
}

type Estimate = { readonly rootFields: number; readonly objects: number; readonly values: number };
const nothing: Estimate = { rootFields: 0, objects: 0, values: 0 };

function createEstimate(schema: GraphQLSchema, document: DocumentNode, variables: Variables) {
  const roots = new Set<unknown>([schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]);

  const ofField = (field: FieldNode, parent: unknown): Estimate => {
    const definition = parent instanceof GraphQLObjectType ? parent.getFields()[field.name.value] : undefined;
    const type = definition ? getNamedType(definition.type) : null;
    const inner = field.selectionSet ? ofSelections(field.selectionSet, isCompositeType(type) ? type : null) : nothing;
    const times = definition ? rowsOf(field, definition, variables) : 1;
    return {
      rootFields: inner.rootFields + (roots.has(parent) ? 1 : 0),
      objects: field.selectionSet ? times * (1 + inner.objects) : 0,
      values: field.selectionSet ? times * inner.values : 1,
    };
  };

  const ofFragment = oncePerFragment(document, nothing, (fragment) =>
    ofSelections(fragment.selectionSet, schema.getType(fragment.typeCondition.name.value)),
  );

  const ofSelections = (set: SelectionSetNode, parent: unknown): Estimate => {
    let rootFields = 0;
    let objects = 0;
    let values = 0;
    for (const selection of set.selections) {
      const condition = selection.kind === 'InlineFragment' ? selection.typeCondition : undefined;
      const inner =
        selection.kind === 'Field'
          ? ofField(selection, parent)
          : selection.kind === 'FragmentSpread'
            ? ofFragment(selection.name.value)
            : ofSelections(selection.selectionSet, condition ? schema.getType(condition.name.value) : parent);
      rootFields += inner.rootFields;
      objects += inner.objects;
      values += inner.values;
    }
    return { rootFields, objects, values };
  };

  return ofSelections;
}

function rowsOf(field: FieldNode, definition: GraphQLField<unknown, unknown>, variables: Variables): number {
  const first = definition.args.find(({ name }) => name === 'first');
  if (!first) return 1;
  const asked = (field.arguments ?? [])
    .filter(({ name }) => name.value === 'first' || name.value === 'last')
    // As it is: a copy of all of them for each page would take longer than everything else.
    .map(({ value }): unknown => valueFromASTUntyped(value, variables as Record<string, unknown>))
    .find((size) => typeof size === 'number');
  // Above the cap the page is refused when it is asked for, so the cap is the most it can cost.
  const isList = isListType(getNullableType(definition.type));
  if (typeof asked !== 'number') return isList ? usualListSize : defaultPageSize;
  return Math.min(Math.max(asked, 0), isList ? maxListSize : maxPageSize);
}
