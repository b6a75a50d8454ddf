import type { DocumentNode, SelectionSetNode } from 'postgraphile/graphql';
import { RowbellError } from '../errors.ts';
import { oncePerFragment } from './fragments.ts';

/** Fields of a document, fragments spread out: what validation, planning and memory cost follows them. */
const maxFields = 500;
/** Those of them with fields of their own, of which each is a query or a step of one. */
const maxObjects = 60;

export type Size = { readonly fields: number; readonly objects: number };

/**
 * How large a document is with its fragments spread out; what it asks of the schema is not counted, since it is not
 * planned. Asks no schema and looks at each fragment once.
 *
 * @throws {RowbellError} RBINV above `maxFields` or `maxObjects`
 */
export function checkSize(document: DocumentNode): Size {
  // What is in itself is told by validation.
  const ofFragment = oncePerFragment(document, nothing, ({ selectionSet }) => ofSelections(selectionSet));

  const ofSelections = ({ selections }: SelectionSetNode): Size => {
    let fields = 0;
    let objects = 0;
    for (const selection of selections) {
      if (selection.kind === 'Field') {
        if (selection.selectionSet && selection.name.value.startsWith('__')) continue;
        fields += 1;
        if (selection.selectionSet) objects += 1;
      }
      const inner =
        selection.kind === 'FragmentSpread'
          ? ofFragment(selection.name.value)
          : selection.selectionSet
            ? ofSelections(selection.selectionSet)
            : nothing;
      fields += inner.fields;
      objects += inner.objects;
    }
    return { fields, objects };
  };

  const sizes = document.definitions.map((one) =>
    one.kind === 'OperationDefinition' ? ofSelections(one.selectionSet) : nothing,
  );
  const fields = sizes.reduce((sum, size) => sum + size.fields, 0);
  const objects = sizes.reduce((sum, size) => sum + size.objects, 0);
  if (fields > maxFields || objects > maxObjects) {
    throw new RowbellError(
      'RBINV',
      `At most ${maxFields} fields in a request, of which ${maxObjects} have fields of their own.`,
    );
  }
  return { fields, objects };
}

const nothing: Size = { fields: 0, objects: 0 };
