import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import {
  buildSchema,
  type DocumentNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isScalarType,
  parse,
  printType,
  TypeInfo,
  validate,
  visit,
  visitWithTypeInfo,
} from 'postgraphile/graphql';
import * as documents from '../web/client/src/documents.ts';
import { examplesFolder, installExamples } from './examples.ts';

const root = join(import.meta.dirname, '..');
export const schemaFile = 'src/generated/user.graphql';
export const operationsFile = 'web/client/src/generated/operations.ts';

/** What the API's scalars are in TypeScript: as JSON has them, so that nobody needs a cast to give one. */
const scalars = {
  BigInt: 'string',
  Cursor: 'string',
  Date: 'string',
  Datetime: 'string',
  JSON: 'unknown',
  LiveCursor: 'string',
  Time: 'string',
  UUID: 'string',
};

/** By their names: a module's order is not the same wherever it is loaded. */
const named = Object.entries(documents)
  .map(([name, document]) => [name, document.toString()] as const)
  .sort(([a], [b]) => (a < b ? -1 : 1));

/**
 * The types of what the client asks, made by graphql-codegen of its documents and of the schema of people. Graphql-codegen is
 * no dependency of the repository's; it is installed beside the examples, and asked only when the documents, or the parts of the
 * schema that they use, have changed. The first line says of which the types were made.
 *
 * @throws for a document that the schema does not take, or whose types have another name
 */
export async function generateClientOperations(): Promise<string> {
  const sdl = await readFile(join(root, schemaFile), 'utf8');
  const schema = buildSchema(sdl);
  const parsed = named.map(([, text]) => parse(text));
  const refused = parsed.flatMap((document) => validate(schema, document)).map(({ message }) => message);
  const problems = [...refused, ...(await misnamed())];
  if (problems.length > 0) throw new Error(`web/client/src/documents.ts: ${problems.join('\n')}`);

  const first = `// Made of ${digest(schema, parsed)}: npm run generate.\n`;
  const path = join(root, operationsFile);
  const before = existsSync(path) ? await readFile(path, 'utf8') : '';
  return before.startsWith(first) ? before : `${first}${await makeTypes(sdl)}`;
}

/** What graphql-codegen makes, whatever is there already. */
export async function makeTypes(sdl: string): Promise<string> {
  await installExamples();
  const load = createRequire(join(examplesFolder, 'package.json'));
  const { buildSchema: build, parse: read } = load('graphql');
  const { codegen } = load('@graphql-codegen/core');
  const text: string = await codegen({
    filename: operationsFile,
    schema: read('type Query { _: Int }'),
    schemaAst: build(sdl),
    documents: named.map(([location, text]) => ({ location, document: read(text) })),
    plugins: [{ operations: {} }],
    pluginMap: { operations: load('@graphql-codegen/typescript-operations') },
    config: {
      scalars,
      defaultScalarType: 'unknown',
      enumType: 'string-literal',
      skipTypename: true,
      immutableTypes: true,
      inlineFragmentTypes: 'inline',
      useTypeImports: true,
    },
  });
  return `${text.trim()}\n`;
}

/** The documents whose types are those of another. */
async function misnamed(): Promise<string[]> {
  const text = await readFile(join(root, 'web/client/src/documents.ts'), 'utf8');
  const declared = [
    ...text.matchAll(/: Document<\s*Made\.(\w+),\s*Made\.(\w+)\s*> = `\n(query|mutation|subscription) (\w+)/g),
  ];
  const wrong = declared.filter(([, answer, variables, kind = '', name]) => {
    const expected = `${name}${kind[0]?.toUpperCase()}${kind.slice(1)}`;
    return answer !== expected || variables !== `${expected}Variables`;
  });
  if (declared.length !== named.length) return ['each document is declared as Document<…> = `query …`'];
  return wrong.map(([, answer, , , name]) => `${name} is declared as ${answer}`);
}

/** Changes when the types might: with a document, or with a field, an argument or an input that one uses. */
function digest(schema: GraphQLSchema, parsed: readonly DocumentNode[]): string {
  const used = new Map<string, string>();
  const use = (type: GraphQLNamedType): void => {
    if (used.has(type.name) || isScalarType(type)) return;
    used.set(type.name, printType(type));
    if (isInputObjectType(type)) for (const field of Object.values(type.getFields())) use(getNamedType(field.type));
  };
  for (const document of parsed) {
    const info = new TypeInfo(schema);
    visit(
      document,
      visitWithTypeInfo(info, {
        Field() {
          const field = info.getFieldDef();
          if (!field) return;
          used.set(`${info.getParentType()}.${field.name}`, `${field.type}`);
          for (const argument of field.args) use(getNamedType(argument.type));
          const type = getNamedType(field.type);
          if (isEnumType(type)) use(type);
        },
      }),
    );
  }
  const parts = [...used].sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([named, parts]))
    .digest('hex')
    .slice(0, 16);
}
