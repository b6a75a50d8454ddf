import type { DocumentNode, FragmentDefinitionNode } from 'postgraphile/graphql';

/**
 * What is computed of fragments, by name, each once: spread one by one, sixty that hold the next one twice would be 2 to
 * the power of 60. One that is in itself, or is not there, counts as nothing.
 */
export function oncePerFragment<T>(
  document: DocumentNode,
  nothing: T,
  compute: (fragment: FragmentDefinitionNode) => T,
): (name: string) => T {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === 'FragmentDefinition') fragments.set(definition.name.value, definition);
  }
  const computed = new Map<string, T>();
  return (name) => {
    const known = computed.get(name);
    if (known !== undefined) return known;
    const fragment = fragments.get(name);
    computed.set(name, nothing);
    if (fragment) computed.set(name, compute(fragment));
    return computed.get(name) ?? nothing;
  };
}
