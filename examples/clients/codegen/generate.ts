import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { preset } from '@graphql-codegen/client-preset';
import { codegen } from '@graphql-codegen/core';
import { buildSchema, parse } from 'graphql';
import options from './codegen.ts';

// What the command graphql-codegen does with these options. The command itself comes with 230 packages more.
const folder = 'codegen/generated/';
const { config } = options.generates[folder];
const sdl = await readFile(options.schema, 'utf8');
const rawSDL = await readFile(options.documents, 'utf8');

await mkdir(folder, { recursive: true });
const parts = await preset.buildGeneratesSection({
  baseOutputDir: folder,
  schema: parse(sdl),
  schemaAst: buildSchema(sdl),
  documents: [{ location: options.documents, rawSDL, document: parse(rawSDL) }],
  config,
  presetConfig: { fragmentMasking: false },
  plugins: [],
  pluginMap: {},
});
for (const part of parts) await writeFile(part.filename, await codegen(part));
