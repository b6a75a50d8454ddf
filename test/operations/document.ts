import {
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isLeafType,
  isNonNullType,
  isObjectType,
  parse,
  print,
} from 'postgraphile/graphql';

/** So many fields of an object are shown; a client asks for those that it needs. */
const maxFields = 6;
const maxLetters = 110;
/** What a reader looks for first, in this order. */
const telling = ['id', 'key', 'name', 'title', 'typeKey', 'channel', 'provider', 'status', 'kind', 'enabled', 'result'];

/**
 * A call as a page shows it: named, with a few fields of the answer and two rows of a list.
 *
 * @param query one field at the root with its arguments as variables
 * @param picked the fields of the answer, where somebody chose them
 */
export function documentOf(schema: GraphQLSchema, query: string, picked: string | undefined): string {
  const [operation] = parse(query).definitions;
  if (operation?.kind !== 'OperationDefinition') throw new Error('not an operation');
  const [field] = operation.selectionSet.selections;
  if (field?.kind !== 'Field') throw new Error('not a field');
  const name = field.name.value;
  const definition = schema.getRootType(operation.operation)?.getFields()[name];
  if (!definition) throw new Error(`there is no ${name}`);
  const given = (field.arguments ?? []).map(print);
  const isPaged = definition.args.some((arg) => arg.name === 'first') && !given.some((arg) => arg.startsWith('first:'));
  const args = [...given, ...(isPaged ? ['first: 2'] : [])];
  const variables = (operation.variableDefinitions ?? []).map(print).join(', ');
  const head = `${operation.operation} ${name.replace(/^./, (letter) => letter.toUpperCase())}${variables && `(${variables})`}`;
  const call = `${name}${args.length > 0 ? `(${args.join(', ')})` : ''}`;
  const type = getNamedType(definition.type);
  const fields =
    picked === undefined ? selectionOf(type) : `{ ${isPage(type, picked) ? `nodes { ${picked} }` : picked} }`;
  const line = `  ${call}${fields && ` ${fields}`}`;
  const isShort = line.length <= maxLetters && head.length <= maxLetters && !line.includes('\n');
  return isShort ? `${head} {\n${line}\n}` : print(parse(`${head} { ${call} ${fields} }`));
}

const isPage = (type: GraphQLNamedType, picked: string) =>
  isObjectType(type) && type.getFields().nodes !== undefined && !/^(nodes|edges)\b/.test(picked);

function selectionOf(type: GraphQLNamedType, depth = 0): string {
  if (!isObjectType(type)) return '';
  const fields = Object.values(type.getFields()).filter(
    ({ name, args }) => name !== 'clientMutationId' && args.every((arg) => !isNonNullType(arg.type)),
  );
  const nodes = fields.find(({ name }) => name === 'nodes');
  if (nodes) return `{ nodes ${selectionOf(getNamedType(nodes.type), depth)} }`;
  const isPart = type.name.endsWith('Payload');
  const chosen = fields
    .filter((field) => isLeafType(getNamedType(field.type)) || (isPart && depth === 0))
    .map((field, place) => ({ field, rank: rankOf(field.name, isNonNullType(field.type), place) }))
    .sort((a, b) => a.rank - b.rank)
    .slice(0, isPart ? 2 : maxFields)
    .map(({ field }) => {
      const inner = selectionOf(getNamedType(field.type), depth + 1);
      return inner ? `${field.name} ${inner}` : field.name;
    });
  return `{ ${chosen.length > 0 ? chosen.join(' ') : '__typename'} }`;
}

function rankOf(name: string, isNonNull: boolean, place: number): number {
  const told = telling.indexOf(name);
  return told >= 0 ? told : (isNonNull ? 1 : 2) * 1_000 + place;
}
