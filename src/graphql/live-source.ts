import { constant, context, listen, object, type Step } from 'postgraphile/grafast';

/** What a subscription asks for: a field of `Subscription` with its arguments. */
export type Topic = { readonly field: string; readonly args: Readonly<Record<string, unknown>> };

/** Where the frames of one socket's subscriptions come from: src/live. */
export type LiveSource = { subscribe(topic: Topic): AsyncIterableIterator<unknown> };

type FieldArguments = { getRaw(name: string): Step };

/**
 * The plans of a field of `Subscription`: its frames are what src/live sends for the topic of that name.
 *
 * @param names the field's arguments
 */
export function livePlans(field: string, names: readonly string[] = []) {
  return {
    subscribePlan(_$root: Step, fieldArgs: FieldArguments) {
      const $args = object(Object.fromEntries(names.map((name) => [name, fieldArgs.getRaw(name)])));
      const $topic = object({ field: constant(field), args: $args });
      return listen(context().get('live') as never, $topic as never);
    },
    plan: ($frame: Step) => $frame,
  };
}
