import type { Json } from '../fuzz/case.ts';

export type Example = {
  readonly operation: 'query' | 'mutation';
  readonly name: string;
  /** What the schema says of it. */
  readonly description: string;
  readonly document: string;
  readonly variables: Json;
  readonly answer: Json;
};

const maxLetters = 100;

/** A page of Markdown with a section for each example. */
export function pageOf(title: string, intro: string, examples: readonly Example[]): string {
  const sections = (['query', 'mutation'] as const).flatMap((operation) => {
    const some = examples.filter((example) => example.operation === operation);
    if (some.length === 0) return [];
    const heading = operation === 'query' ? 'Queries' : 'Mutations';
    const list = some.map(({ name }) => `[${name}](#${name.toLowerCase()})`).join(' · ');
    return [`## ${heading}\n\n${list}`, ...some.map(sectionOf)];
  });
  return `${[`# ${title}\n\n${intro}`, ...sections].join('\n\n')}\n`;
}

function sectionOf({ name, description, document, variables, answer }: Example): string {
  const block = (language: string, text: string) => `\`\`\`${language}\n${text}\n\`\`\``;
  const isBare = Object.keys(variables ?? {}).length === 0;
  return [
    `### ${name}`,
    description,
    block('graphql', document),
    ...(isBare ? [] : [block('json', layOut(variables))]),
    block('json', layOut(answer)),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** JSON, where what fits into a line stands in one. */
function layOut(json: Json | undefined, indent = ''): string {
  const line = inOneLine(json);
  if (typeof json !== 'object' || json === null || indent.length + line.length <= maxLetters) return line;
  const inner = `${indent}  `;
  const [open, close, parts] = Array.isArray(json)
    ? ['[', ']', json.map((each) => layOut(each, inner))]
    : ['{', '}', Object.entries(json).map(([name, value]) => `${JSON.stringify(name)}: ${layOut(value, inner)}`)];
  return `${open}\n${parts.map((part) => inner + part).join(',\n')}\n${indent}${close}`;
}

function inOneLine(json: Json | undefined): string {
  if (Array.isArray(json)) return `[${json.map(inOneLine).join(', ')}]`;
  if (typeof json !== 'object' || json === null) return JSON.stringify(json ?? null);
  const parts = Object.entries(json).map(([name, value]) => `${JSON.stringify(name)}: ${inOneLine(value)}`);
  return parts.length > 0 ? `{ ${parts.join(', ')} }` : '{}';
}
