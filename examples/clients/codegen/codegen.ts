/** What `graphql-codegen --config codegen/codegen.ts` reads: types for requests.graphql, from the schema of people. */
export default {
  schema: '../../src/generated/user.graphql',
  documents: 'codegen/requests.graphql',
  generates: {
    'codegen/generated/': {
      preset: 'client',
      config: {
        documentMode: 'string',
        enumType: 'string-literal',
        importExtension: '.ts',
        useTypeImports: true,
        scalars: {
          BigInt: 'string',
          Cursor: 'string',
          Date: 'string',
          Datetime: 'string',
          JSON: 'unknown',
          Time: 'string',
          UUID: 'string',
        },
      },
    },
  },
};
