import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createUser, signToken, startTestApi } from '../support/api.ts';
import { createDatabase } from '../support/database.ts';
import { installPack, makeType } from '../support/engine-pack.ts';

test('the examples of docs/preferences.md work as they stand', async () => {
  const page = await readFile(join(import.meta.dirname, '../../docs/preferences.md'), 'utf8');
  const examples = [...page.matchAll(/```graphql\n(.*?)```/gs)].map(([, text]) => text ?? '');
  expect(examples.length).toBeGreaterThan(15);
  const db = await createDatabase();
  const api = await startTestApi(db);
  try {
    await installPack(db);
    await makeType(db, { key: 'order_placed', channels: ['push', 'email', 'in_app'] });
    await db.owner.query(`update notify.notification_types set category = 'orders' where key = 'order_placed'`);
    const ada = await createUser(db);
    const [person, operator] = [await signToken(ada), await signToken(await createUser(db), { role: 'operator' })];
    for (const example of examples) {
      const isForOperators = /for operators|updateTypeDefaults|updateSettings/.test(example);
      const answer = await api.ask(example, {
        token: isForOperators ? operator : person,
        variables: example.includes('$user') ? { user: ada } : {},
      });
      expect([example, answer.errors]).toEqual([example, []]);
      const results = Object.values(answer.data as Record<string, unknown>);
      expect([example, results.every((result) => result !== null)]).toEqual([example, true]);
    }
  } finally {
    await api.stop();
    await db.drop();
  }
});
