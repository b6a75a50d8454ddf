import pg from 'pg';
import {
  type GraphQLType,
  getNamedType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isNonNullType,
  isObjectType,
} from 'postgraphile/graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeSchemas, type Schemas } from '../../src/graphql/schema.ts';
import { listSchemas } from '../../src/migrate/packs.ts';
import { createUser, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

/** What is asked of the scope of a field; PostGraphile's own types say the same in four pages. */
type Scope = {
  readonly fieldName: string;
  readonly isRootQuery?: boolean;
  readonly isPgRowByUniqueConstraintField?: boolean;
  readonly isPgSingleRelationField?: boolean;
  readonly pgFieldAttribute?: { readonly notNull?: boolean; readonly extensions?: { readonly tags?: object } };
};

let database: TestDatabase;
let api: TestApi;
let schemas: Schemas;
/** Fields that may be null, as `Type.field`, with what PostGraphile knows of them. */
const nullable = new Map<string, Scope>();

beforeAll(async () => {
  database = await createDatabase();
  api = await startTestApi(database);
  const collect: GraphileConfig.Plugin = {
    name: 'CollectPlugin',
    version: '1.0.0',
    schema: {
      hooks: {
        GraphQLObjectType_fields_field: {
          after: ['RowbellNonNullPlugin'],
          callback(field, _build, { scope, Self }) {
            if (!isNonNullType(field.type)) nullable.set(`${Self.name}.${scope.fieldName}`, scope as unknown as Scope);
            return field;
          },
        },
      },
    },
  };
  const pool = new pg.Pool({ connectionString: database.apiUrl, max: 2 });
  ({ schemas } = await makeSchemas({ pool, schemas: await listSchemas(), plugins: [collect] }));
  await pool.end();
});
afterAll(async () => {
  await api?.stop();
  await database?.drop();
});

const allTypes = () => Object.values(schemas).flatMap((schema) => Object.values(schema.getTypeMap()));

/** Fields that are written by hand, or whose function has the tag `@nullable`, and why they may be null. */
const reasons: Readonly<Record<string, string>> = {
  'PageInfo.startCursor': 'an empty page has no cursors',
  'PageInfo.endCursor': 'an empty page has no cursors',
  'Notification.app': 'its type belongs to no app',
  'Notification.imageUrl': 'it has words alone',
  'Notification.iconUrl': 'it has words alone',
  'Query.mySettings': 'the application has not written the caller down yet',
  'Query.effectiveSettingsAt': 'there may be no such person',
  'Query.me': 'the application has not written the caller down yet',
  'MaybeFallbackChoicePayload.result': 'a choice that was not there was taken back',
  'MaybeEffectivePreferencePayload.result': 'the type is switched off',
  'TestPushResult.deliveryId': 'a rule held it back',
  'TestPushResult.reason': 'nothing went wrong',
  'TestPushResult.providerCode': 'the provider gave none',
  'TestPayload.deliveryId': 'a rule held it back',
  'TestPayload.reason': 'nothing went wrong',
  'TestPayload.providerCode': 'the mail server gave none, or the endpoint took it',
  'LiveNotification.subtitle': 'as the column of notifications',
  'LiveNotification.threadId': 'as the column of notifications',
  'LiveNotification.readAt': 'as the column of notifications',
  'LiveNotification.seenAt': 'as the column of notifications',
  'LiveNotification.archivedAt': 'as the column of notifications',
  'LiveNotification.snoozedUntil': 'as the column of notifications',
  'InboxChange.unread': 'it follows in a later frame',
  'InboxChange.returnsAt': 'nothing is snoozed',
  'LiveActivity.resourceType': 'as the column of activities',
  'LiveActivity.resourceId': 'as the column of activities',
  'LiveActivity.description': 'as the column of activities',
  'Announcement.action': 'it leads nowhere',
  'Announcement.endsAt': 'it stays until it is withdrawn',
  'LiveProcess.lagP50Ms': 'nothing was sent lately',
  'LiveProcess.lagP99Ms': 'nothing was sent lately',
};

test('what may be null has a reason: its column, that there may be no such row, that a policy may hide it, or one that is said', () => {
  const unexplained = [...nullable].filter(
    ([path, scope]) =>
      scope.fieldName !== 'clientMutationId' &&
      !(scope.pgFieldAttribute && !scope.pgFieldAttribute.notNull) &&
      !(scope.isRootQuery && scope.isPgRowByUniqueConstraintField) &&
      !scope.isPgSingleRelationField &&
      !reasons[path],
  );
  expect(unexplained.map(([path]) => path)).toEqual([]);
  expect(Object.keys(reasons).filter((path) => !nullable.has(path))).toEqual([]);
  // The test would show nothing if it saw no fields.
  expect(nullable.get('Notification.readAt')).toBeDefined();
  for (const never of ['Notification.id', 'Query.inbox', 'Mutation.changeNotifications', 'DeliveryMetric.sent'])
    expect(nullable.has(never)).toBe(false);
});

test('what is answered, and what is told rows alone, has one name for one shape', () => {
  for (const schema of Object.values(schemas)) {
    const names = new Map<string, string[]>();
    for (const type of Object.values(schema.getTypeMap())) {
      if (type.name.startsWith('__') || (!isObjectType(type) && !isInputObjectType(type))) continue;
      const fields = Object.values(type.getFields()).filter(({ name }) => name !== 'clientMutationId');
      const isOfIds = fields.every((field) => /^\[?UUID!?\]?!$/.test(String(field.type)) && /Ids?$/.test(field.name));
      if (isInputObjectType(type) && !isOfIds) continue;
      const shape = fields.map((field) => `${field.name}: ${field.type}`).sort();
      const key = [isInputObjectType(type), ...shape].join(' ');
      names.set(key, [...(names.get(key) ?? []), type.name]);
    }
    expect([...names.values()].filter(({ length }) => length > 1)).toEqual([]);
  }
  const { markRead, archive, undoChange, markAllRead, cancelErasure } =
    schemas.user.getMutationType()?.getFields() ?? {};
  expect([markRead, archive].map((field) => String(field?.args[0]?.type))).toEqual([
    'NotificationIdsInput!',
    'NotificationIdsInput!',
  ]);
  expect([markAllRead, cancelErasure].map((field) => String(field?.args[0]?.type))).toEqual([
    'EmptyInput!',
    'EmptyInput!',
  ]);
  // A token is no row.
  expect(String(undoChange?.args[0]?.type)).toBe('UndoChangeInput!');
  // The rule for lists of values (checkAnswer): objects of a list have the same fields.
  expect(allTypes().filter((type) => isAbstractType(type))).toEqual([]);
});

test('lists have no holes, given or answered', () => {
  const text = allTypes().flatMap((type) => {
    if (isInputObjectType(type)) return Object.values(type.getFields()).map((field) => `${type.name}: ${field.type}`);
    if (!isObjectType(type)) return [];
    return Object.values(type.getFields()).flatMap((field) => [
      `${type.name}.${field.name}: ${field.type}`,
      ...field.args.map((argument) => `${type.name}.${field.name}(${argument.name}: ${argument.type})`),
    ]);
  });
  expect(text.length).toBeGreaterThan(1_000);
  expect(text.filter((one) => !/^__/.test(one) && /\[[^\]]*[^!\]]\]/.test(one))).toEqual([]);
});

const isText = (type: GraphQLType) => String(getNamedType(type)) === 'String';

/** Of names that are closed sets elsewhere, those that are open: the application's or a pack's own words. */
const open = new Set([
  'TraceEntry.status: of a hold, a digest, an attempt, a receipt or a delivery, as its "what" says',
  'currentAnnouncements(channels): live channels are rows, and packs add theirs',
  'AnnouncementTextInput.action: an address',
  'Verification.kind: the application names what it verifies',
]);

test('whatever is one of some values is an enum, in what is answered and in what is given', () => {
  const closed =
    /(?:^|c|C)hannels?$|^(?:newO|o)utcome$|^status(?:es)?$|[fF]requency$|^provider$|^actions?$|^kind$|^places$|^step$|^bounceType$|^verdict$/;
  const texts: string[] = [];
  for (const type of allTypes()) {
    if (!isObjectType(type) && !isInputObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      if (closed.test(field.name) && isText(field.type)) texts.push(`${type.name}.${field.name}`);
      if (!('args' in field)) continue;
      for (const argument of field.args)
        if (closed.test(argument.name) && isText(argument.type)) texts.push(`${field.name}(${argument.name})`);
    }
  }
  const isOpen = (path: string) => [...open].some((each) => each.startsWith(`${path}:`));
  expect(texts.filter((path) => !isOpen(path.replace(/Condition\./, '.')))).toEqual([]);
  const valuesOf = (name: string) => {
    const type = schemas.operator.getType(name) ?? schemas.user.getType(name);
    return isEnumType(type) ? type.getValues().map((value) => value.name) : [];
  };
  expect(valuesOf('Channel')).toEqual(['push', 'email', 'sms', 'voice', 'in_app', 'webhook']);
  expect(valuesOf('TripStatus')).toEqual(['scheduling', 'proposed', 'locked', 'canceled', 'completed']);
  expect(valuesOf('NotificationTypeInterruptionLevel')).toContain('time_sensitive');
  expect(valuesOf('InboxSort')).toEqual(['newest', 'oldest', 'unread_first']);
});

test('a value that does not exist is refused before anything runs, and one that exists is taken and answered alike', async () => {
  const token = await signToken(await createUser(database));
  const set = (channel: string) =>
    api.ask(
      `mutation { a: setPreference(input: { typeKey: "test_push", channel: push, enabled: false }) { result { channel } }
         b: setPreference(input: { typeKey: "test_push", channel: ${channel}, enabled: false }) { result { channel } } }`,
      { token },
    );
  type Choice = { readonly source: string };
  const mine = async () =>
    (await api.ask('{ myPreferences { channel enabled source } }', { token })).data.myPreferences.filter(
      ({ source }: Choice) => source === 'own',
    );
  for (const wrong of ['fax', '"push"', 'PUSH']) expect((await set(wrong)).status).toBe(400);
  const given = await api.ask(
    'mutation ($c: Channel!) { setPreference(input: { typeKey: "test_push", channel: $c, enabled: true }) { result { channel } } }',
    { token, variables: { c: 'fax' } },
  );
  expect(given.codes).toHaveLength(1);
  expect(await mine()).toEqual([]);
  expect((await set('push')).errors).toEqual([]);
  expect(await mine()).toEqual([{ channel: 'push', enabled: false, source: 'own' }]);
  const { rows } = await database.owner.query('select channel from notify.preferences');
  expect(rows).toEqual([{ channel: 'push' }]);
});
