// Over 300 lines: one generator of documents, for every kind of type.
import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'postgraphile/graphql';
import type { Role } from '../../src/graphql/identity.ts';
import fc from '../support/fast-check.ts';
import { type Arguments, common } from '../support/side.ts';
import type { As, Case, Json } from './case.ts';
import type { Target } from './target.ts';
import { anything, hostileFor } from './values.ts';

/** Values that calls which are meant need, by `field.argument`; beyond those that SQL's functions have in common. */
const meant: Readonly<Record<string, Json>> = {
  'addExpense.amount': '12.50',
  'announce.note': 'asked for by a test',
  'announce.texts': [{ language: 'en', title: 'A title', body: 'A body' }],
  'app.key': 'trips',
  'changeNotifications.notificationIds': '⟦me.notification_ids⟧',
  'closeConnections.note': 'asked for by a test',
  'deleteConsentRule.region': 'DE',
  'deviceByProviderAndToken.provider': 'fcm',
  'endSession.sessionId': '⟦me.session_id⟧',
  'erasePerson.confirm': '⟦me.recipient_id⟧',
  'erasePerson.reason': 'person_request',
  'erasePerson.userId': '⟦me.recipient_id⟧',
  'explain.eventId': '⟦me.event_id⟧',
  'logOut.sessionId': '⟦me.session_id⟧',
  'find.text': 'nobody@example.org',
  'pauseProvider.note': 'asked for by a test',
  // What no call here waits for.
  'pauseProvider.provider': 'twilio_voice',
  'pauseProvider.until': new Date(Date.now() + 86_400_000).toISOString(),
  'registerCoachingDevice.provider': 'fcm',
  'registerDevice.provider': 'fcm',
  'requestEmailVerificationFor.userId': '⟦me.recipient_id⟧',
  'requestErasure.confirm': '⟦me.recipient_id⟧',
  'resend.note': 'asked for by a test',
  'resumeProvider.note': 'asked for by a test',
  'resumeProvider.provider': 'twilio_voice',
  'resumeSender.senderId': 2,
  'runSweep.sweepKey': 'stale_devices',
  'sender.id': 2,
  'senderByProviderAndAppKeyAndEnvironmentAndPlace.appKey': 'default',
  'setConsentRule.region': 'DE',
  'setConsentRule.regime': 'opt_in',
  'setLimit.limitKey': 'devices',
  'setLimit.atMost': 1_000_000,
  'setRetention.tableName': 'notify.deliveries',
  'setRetention.days': 4_000,
  'setSender.app': 'trips',
  'setSpendingCap.channel': 'sms',
  'setSpendingCap.country': 'FR',
  'setSpendingCap.perDay': '100',
  'stopEvent.note': 'asked for by a test',
  'suppressAddress.address': 'nobody@example.org',
  'suppressAddress.channel': 'email',
  'trace.eventId': '⟦me.event_id⟧',
  'unsuppressAddress.address': 'nobody@example.org',
  'unsuppressAddress.channel': 'email',
  'unsuppressAddress.note': 'they asked',
  'updateSettings.dailyCap': 1_000_000,
  'updateTypeDefaults.enabled': true,
  'withdrawAnnouncement.announcementId': '⟦me.announcement_id⟧',
  'withdrawAnnouncement.note': 'asked for by a test',
  'withdrawConsentFor.userId': '⟦me.recipient_id⟧',
  'withdrawConsentFor.method': 'phone',
};

/** A place in the arguments that takes a value: `input.tripId`. */
type Leaf = {
  readonly path: readonly string[];
  readonly type: GraphQLInputType;
  readonly isRequired: boolean;
  /** Whether a call that is meant gives it. */
  readonly isMeant: boolean;
  readonly value: Json;
};

const snake = (name: string) =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/P256Dh/i, 'p256dh')
    .toLowerCase();

/** Every root field of a role's schema, with calls that are meant and calls that are not. */
export function graphqlTargets(role: Role, schema: GraphQLSchema, ids: Arguments): Target[] {
  return (['query', 'mutation'] as const).flatMap((operation) => {
    const root = operation === 'query' ? schema.getQueryType() : schema.getMutationType();
    return Object.values(root?.getFields() ?? {}).map((field) => targetOf(role, operation, field, ids));
  });
}

function targetOf(
  role: Role,
  operation: 'query' | 'mutation',
  field: GraphQLField<unknown, unknown>,
  ids: Arguments,
): Target {
  const leaves = field.args.flatMap((arg) => leavesOf(field, arg, [arg.name], ids));
  const selections = [0, 1, 2].map((depth) => selectionOf(getNamedType(field.type), depth));
  const call = (as: As, values: readonly (readonly [Leaf, Json])[], selection: string, isInline: boolean): Case => {
    const given: Record<string, Json> = {};
    for (const [leaf, value] of values) put(given, leaf.path, value);
    // An input object that nothing is given for is one all the same where it must be there.
    for (const arg of field.args)
      if (isNonNullType(arg.type) && isInputObjectType(getNullableType(arg.type))) given[arg.name] ??= {};
    const args = field.args.filter(({ name }) => Object.hasOwn(given, name));
    const head =
      args.length > 0 && !isInline ? `(${args.map(({ name, type }) => `$${name}: ${type}`).join(', ')})` : '';
    const list =
      args.length > 0
        ? `(${args.map(({ name }) => `${name}: ${isInline ? literal(given[name]) : `$${name}`}`).join(', ')})`
        : '';
    return {
      kind: 'graphql',
      as,
      query: `${operation}${head} { ${field.name}${list}${selection} }`,
      variables: isInline ? {} : given,
    };
  };
  const plainly = leaves.filter(({ isMeant }) => isMeant).map((leaf) => [leaf, leaf.value] as const);
  const optional = leaves.filter(({ isMeant }) => !isMeant);
  const hostile =
    leaves.length === 0
      ? fc.constant([])
      : fc.array(fc.oneof(...leaves.map((leaf) => hostileAt(leaf).map((value) => [leaf, value] as const))), {
          maxLength: 2,
        });
  return {
    name: `${role} ${operation} ${field.name}`,
    changes: operation === 'mutation',
    plain: [call(role, plainly, selections[1] ?? '', false)],
    cases: fc
      .record({
        as: fc.oneof(
          { weight: 16, arbitrary: fc.constant<As>(role) },
          { weight: 2, arbitrary: fc.constantFrom<As>('nobody', 'user', 'operator') },
        ),
        also: fc.subarray([...optional], { maxLength: Math.min(3, optional.length) }),
        hostile,
        selection: fc.constantFrom(...selections),
        isInline: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
      })
      .map(({ as, also, hostile: some, selection, isInline }) =>
        call(as, [...plainly, ...also.map((leaf) => [leaf, leaf.value] as const), ...some], selection, isInline),
      ),
  };
}

/** The places of an argument, down through input objects that do not contain themselves. */
function leavesOf(
  field: GraphQLField<unknown, unknown>,
  input: GraphQLArgument | GraphQLInputField,
  path: readonly string[],
  ids: Arguments,
  isRequired = true,
): Leaf[] {
  const required = isRequired && isNonNullType(input.type);
  const inner = getNullableType(input.type);
  if (isInputObjectType(inner) && path.length < 4)
    return Object.values(inner.getFields()).flatMap((each) =>
      leavesOf(field, each, [...path, each.name], ids, required),
    );
  const key = `${field.name}.${path.at(-1)}`;
  const value = meant[key] ?? valueFor(field.name, path.at(-1) ?? '', input.type, ids);
  const isGiven =
    key in meant ||
    Object.keys(common).some((name) => name.endsWith(`.${snake(field.name)}.${snake(path.at(-1) ?? '')}`));
  return [{ path, type: input.type, isRequired: required, isMeant: required || isGiven, value }];
}

/** A value that fits: one's own id, or what is common to all, or any of its type. */
function valueFor(field: string, argument: string, type: GraphQLInputType, ids: Arguments): Json {
  if (isEnumType(getNamedType(type))) return anyOf(type);
  const name = snake(argument);
  const find = (names: Iterable<string>, wanted: string) =>
    [...names].find((each) => each.endsWith(`.${snake(field)}.${wanted}`)) ??
    ([...names].includes(wanted) ? wanted : undefined);
  const shared = find(Object.keys(common), name);
  const own =
    find(Object.keys(ids), name) ?? (name === 'id' ? find(Object.keys(ids), `${snake(field)}_id`) : undefined);
  if (own !== undefined && !(shared?.includes('.') ?? false)) {
    const one = `⟦me.${own}⟧`;
    return isListType(getNullableType(type)) && !ids[own]?.startsWith('{') ? [one] : one;
  }
  if (shared !== undefined) return asJson(common[shared] ?? '', type);
  return anyOf(type);
}

function asJson(text: string, type: GraphQLInputType): Json {
  const inner = getNullableType(type);
  if (isListType(inner))
    return text
      .replace(/^\{|\}$/g, '')
      .split(',')
      .filter(Boolean);
  switch (getNamedType(type).name) {
    case 'Boolean':
      return text === 'true';
    case 'Int':
    case 'Float':
      return Number(text);
    case 'JSON':
      return JSON.parse(text) as Json;
    default:
      return text;
  }
}

function anyOf(type: GraphQLInputType): Json {
  const inner = getNullableType(type);
  if (isListType(inner)) return [anyOf(inner.ofType)];
  if (isEnumType(inner)) return inner.getValues()[0]?.name ?? '';
  if (isInputObjectType(inner))
    return Object.fromEntries(
      Object.values(inner.getFields()).flatMap((each) =>
        isNonNullType(each.type) ? [[each.name, anyOf(each.type)]] : [],
      ),
    );
  switch (getNamedType(inner).name) {
    case 'Boolean':
      return true;
    case 'Int':
    case 'Float':
      return 1;
    case 'BigInt':
    case 'BigFloat':
      return '1';
    case 'UUID':
      return '⟦me.user_id⟧';
    case 'Datetime':
      return '2026-06-01T12:00:00Z';
    case 'Date':
      return '2026-06-01';
    case 'Time':
      return '12:00:00';
    case 'JSON':
      return {};
    case 'Base64EncodedBinary':
      return 'AAAA';
    case 'InternetAddress':
      return '192.0.2.1';
    default:
      return 'a';
  }
}

/** What does not fit in a place: of its type, of another, none, somebody else's. */
function hostileAt({ type, value }: Leaf): fc.Arbitrary<Json> {
  const scalar = hostileFor(getNamedType(type).name);
  const inner = getNullableType(type);
  const other =
    typeof value === 'string' && value.startsWith('⟦me.') ? [fc.constant<Json>(value.replace('⟦me.', '⟦other.'))] : [];
  const named: GraphQLNamedType = getNamedType(type);
  const known = isEnumType(named) ? [fc.constantFrom<Json>(...named.getValues().map(({ name }) => name))] : [];
  const single = fc.oneof(...known, scalar, scalar, anything, ...other, ...other);
  if (!isListType(inner)) return single;
  return fc.oneof(
    ...other,
    fc.array(single, { maxLength: 3 }),
    fc.constantFrom<Json>(
      [],
      [null],
      [null, null],
      Array.from({ length: 1_001 }, () => value),
    ),
    anything,
  );
}

/** Scalars of a type that need no arguments, and of the types below it to a depth. */
function selectionOf(type: GraphQLNamedType, depth: number): string {
  if (isLeafType(type)) return '';
  if (!isObjectType(type)) return ' { __typename }';
  const fields = Object.values(type.getFields()).filter(({ args }) => args.every((arg) => !isNonNullType(arg.type)));
  const parts = fields.flatMap((field) => {
    const named = getNamedType(field.type);
    if (isLeafType(named)) return depth > 0 ? [field.name] : [];
    const isPart = /Payload$|Connection$|Edge$/.test(type.name);
    if (isPart ? depth < 0 : depth < 2) return [];
    // Pages within pages are beyond the limit of what one request may cost.
    if (!isPart && named.name.endsWith('Connection')) return [];
    return [`${field.name}${selectionOf(named, isPart ? depth : 1)}`];
  });
  return parts.length === 0 ? ' { __typename }' : ` { ${parts.slice(0, 60).join(' ')} }`;
}

function put(given: Record<string, Json>, path: readonly string[], value: Json): void {
  const [first = '', ...rest] = path;
  if (rest.length === 0) {
    given[first] = value;
    return;
  }
  const there = given[first];
  const next =
    typeof there === 'object' && there !== null && !Array.isArray(there) ? { ...(there as Record<string, Json>) } : {};
  put(next, rest, value);
  given[first] = next;
}

/** A value as it stands in a document. */
function literal(json: Json | undefined): string {
  if (Array.isArray(json)) return `[${json.map(literal).join(', ')}]`;
  if (typeof json !== 'object' || json === null) return JSON.stringify(json ?? null);
  return `{${Object.entries(json)
    .map(([name, value]) => `${/^[_a-z]\w*$/i.test(name) ? name : '_'}: ${literal(value)}`)
    .join(', ')}}`;
}
