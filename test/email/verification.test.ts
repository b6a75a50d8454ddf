import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signToken } from '../support/api.ts';
import { decisionOf, makePerson, makeType, planDue, tell } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { linkTo, startWorld, type World } from './world.ts';

let world: World;
let news: string;
beforeAll(async () => {
  world = await startWorld();
  news = await makeType(world.db, { channels: ['email'], title: 'News' });
});
afterAll(() => world.close());

let people = 0;
/** Somebody whose mailbox nobody has verified. */
async function stranger(): Promise<{ id: string; email: string }> {
  const email = `stranger${++people}@example.com`;
  const id = await makePerson(world.db, { devices: [], email });
  await world.db.owner.query('update notify.users set email_verified_at = null where id = $1', [id]);
  return { id, email };
}
const request = (id: string) =>
  world.db.asUser(id, (client) => client.query('select * from notify.request_email_verification()'), { commit: true });
const verifiedAt = (id: string) =>
  one<Date | null>(world.db.owner, 'select email_verified_at from notify.users where id = $1', [id]);
/** Asks for the mail and takes it out of the mailbox. */
async function asked(id: string) {
  await request(id);
  const received = await world.deliver();
  expect(received).toHaveLength(1);
  return { mail: received[0], link: linkTo(received[0], '/email/verify/') };
}

describe('NC-31: before a mailbox is verified', () => {
  test('nothing goes to it, and the decision says why; verified, it does', async () => {
    const { id } = await stranger();
    const event = await tell(world.db, news, [id]);
    expect(await world.deliver()).toEqual([]);
    expect(await decisionOf(world.db, event, 'email')).toBe('address: unverified');
    await world.db.owner.query('update notify.users set email_verified_at = now() where id = $1', [id]);
    const again = await tell(world.db, news, [id]);
    expect((await world.deliver()).map(({ title }) => title)).toEqual(['News']);
    expect(await decisionOf(world.db, again, 'email')).toBe('send');
  });

  test('without a mailbox the reason is another', async () => {
    const event = await tell(world.db, news, [await makePerson(world.db, { devices: [] })]);
    await planDue(world.db);
    expect(await decisionOf(world.db, event, 'email')).toBe('address: no_address');
  });

  test('where operators do not ask for it, it may be used', async () => {
    const { id } = await stranger();
    await world.db.owner.query('update notify.settings set require_verified_email = false');
    const event = await tell(world.db, news, [id]);
    await world.deliver();
    await world.db.owner.query('update notify.settings set require_verified_email = true');
    expect(await decisionOf(world.db, event, 'email')).toBe('send');
  });

  test('the mail that asks is the one that goes', async () => {
    const { id, email } = await stranger();
    await tell(world.db, news, [id]);
    const { mail } = await asked(id);
    expect(mail).toMatchObject({ address: email, title: 'Confirm your email address' });
    expect(mail?.mail.html).toContain('Confirm this address');
    expect(Object.keys(mail?.headers ?? {})).not.toContain('list-unsubscribe');
  });
});

describe('NC-31: the link', () => {
  test('shows a page when followed, as scanners do, and confirms when the button is pressed; again changes nothing', async () => {
    const { id } = await stranger();
    const { link } = await asked(id);
    for (const method of ['GET', 'HEAD', 'GET']) {
      const page = await world.open(link, { method });
      expect(page.status).toBe(200);
      expect(await verifiedAt(id)).toBeNull();
    }
    const confirmed = await world.post(link);
    expect([confirmed.status, await confirmed.text()]).toEqual([
      200,
      expect.stringContaining('Your address is confirmed'),
    ]);
    const at = await verifiedAt(id);
    expect(at).not.toBeNull();
    const again = await world.post(link);
    expect([again.status, await verifiedAt(id)]).toEqual([200, at]);
  });

  test('expired: refused', async () => {
    const { id } = await stranger();
    const { link } = await asked(id);
    await world.db.owner.query(
      `update notify.email_verifications set requested_at = now() - interval '2 days', expires_at = now() - interval '1 second' where user_id = $1`,
      [id],
    );
    const page = await world.post(link);
    expect([page.status, await page.text()]).toEqual([410, expect.stringContaining('time of this link is over')]);
    const [verificationId = ''] = [
      await one<string>(world.db.owner, 'select id from notify.email_verifications where user_id = $1', [id]),
    ];
    const stale = world.links.sign('verify', { id: verificationId, text: '' }, new Date(Date.now() - 1000));
    expect((await world.post(`${world.api.url}/email/verify/${stale}`)).status).toBe(403);
    expect(await verifiedAt(id)).toBeNull();
  });

  test('forged, or made for something else: refused', async () => {
    const { id } = await stranger();
    const { link } = await asked(id);
    const token = link.split('/').at(-1) ?? '';
    const flipped = token.slice(0, -1) + (token.endsWith('A') ? 'B' : 'A');
    const other = world.links.sign('preferences', { id, text: '' }, new Date(Date.now() + 60_000));
    for (const forged of [flipped, other, 'k.x', token.split('.')[1] ?? '']) {
      const page = await world.post(`${world.api.url}/email/verify/${forged}`);
      expect(page.status).toBe(403);
    }
    expect(await verifiedAt(id)).toBeNull();
  });

  test('for a mailbox that was replaced meanwhile: refused, also where another person has it now', async () => {
    const [{ id, email }, heir] = [await stranger(), await stranger()];
    const { link } = await asked(id);
    await world.db.owner.query(`update notify.users set email = 'new-' || email where id = $1`, [id]);
    await world.db.owner.query('update notify.users set email = $2 where id = $1', [heir.id, email]);
    const page = await world.post(link);
    expect([page.status, await page.text()]).toEqual([410, expect.stringContaining('replaced')]);
    expect([await verifiedAt(id), await verifiedAt(heir.id)]).toEqual([null, null]);
  });

  test('used once, it does not confirm the mailbox again after it was gone', async () => {
    const { id, email } = await stranger();
    const { link } = await asked(id);
    await world.post(link);
    expect(await verifiedAt(id)).not.toBeNull();
    await world.db.owner.query(`update notify.users set email = 'elsewhere@example.com' where id = $1`, [id]);
    await world.db.owner.query('update notify.users set email = $2 where id = $1', [id, email]);
    expect((await world.post(link)).status).toBe(410);
    expect(await verifiedAt(id)).toBeNull();
  });

  test('of somebody erased: refused', async () => {
    const { id } = await stranger();
    const { link } = await asked(id);
    await world.db.owner.query('delete from notify.users where id = $1', [id]);
    expect((await world.post(link)).status).toBe(403);
  });

  test('at most three mails an hour, also when asked at once', async () => {
    const { id } = await stranger();
    const answers = await Promise.allSettled(Array.from({ length: 5 }, () => request(id)));
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    const { status, reason } = (await Promise.allSettled([request(id)]))[0] as PromiseRejectedResult;
    expect([status, reason.code]).toEqual(['rejected', 'RBLIM']);
    expect(await world.deliver()).toHaveLength(3);
  });

  test('not for a verified mailbox, nor without one', async () => {
    const verified = await makePerson(world.db, { devices: [], email: 'fine@example.com' });
    await expect(request(verified)).rejects.toMatchObject({ code: 'RBCFL' });
    await expect(request(await makePerson(world.db, { devices: [] }))).rejects.toMatchObject({ code: 'RBNFD' });
  });
});

describe('NC-31: another mailbox', () => {
  test('is not verified, whoever changes it and however it is spelled; the same one in other letters stays so', async () => {
    const id = await makePerson(world.db, { devices: [], email: 'Same@example.com' });
    const change = (sql: string, values: unknown[] = []) =>
      world.db.asWriter((client) => client.query(`update notify.users set ${sql} where id = $1`, [id, ...values]), {
        commit: true,
      });
    await change(`email = 'same@EXAMPLE.com', name = 'Ada'`);
    expect(await verifiedAt(id)).not.toBeNull();
    await change(`email = 'other@example.com'`);
    expect(await verifiedAt(id)).toBeNull();
    // A service that knows better says so.
    await change(`email = 'known@example.com', email_verified_at = now()`);
    expect(await verifiedAt(id)).not.toBeNull();
  });

  test('a person cannot say so themselves', async () => {
    const { id } = await stranger();
    await expect(
      world.db.asUser(id, (client) =>
        client.query('update notify.users set email_verified_at = now() where id = $1', [id]),
      ),
    ).rejects.toMatchObject({ code: '42501' });
  });

  test('is asked by itself where settings say so, and else not', async () => {
    const insert = (email: string) =>
      world.db.asWriter((client) => client.query('insert into notify.users (email) values ($1)', [email]), {
        commit: true,
      });
    await insert('quiet@example.com');
    expect(await world.deliver()).toEqual([]);
    await world.db.owner.query('update notify.settings set verify_new_emails = true');
    await insert('asked@example.com');
    await world.db.owner.query('update notify.settings set verify_new_emails = false');
    expect((await world.deliver()).map(({ address }) => address)).toEqual(['asked@example.com']);
  });

  test('services and operators ask for somebody', async () => {
    const { id, email } = await stranger();
    await world.db.asWriter((client) => client.query('select notify.request_email_verification_for($1)', [id]), {
      commit: true,
    });
    expect((await world.deliver()).map(({ address }) => address)).toEqual([email]);
    await expect(
      world.db.asUser(id, (client) => client.query('select notify.request_email_verification_for($1)', [id])),
    ).rejects.toMatchObject({ code: '42501' });
  });
});

describe('NC-34: a test mail to oneself', () => {
  const testEmail = async (id: string) =>
    world.api.ask('mutation { testEmail { status reason providerCode deliveryId } }', { token: await signToken(id) });

  test('says that the mail server took it', async () => {
    const id = await makePerson(world.db, { devices: [], email: 'test@example.com' });
    const answer = testEmail(id);
    await expect.poll(() => world.deliver()).toMatchObject([{ address: 'test@example.com', title: 'Test email' }]);
    expect((await answer).data.testEmail).toMatchObject({ status: 'sent', reason: null });
  });

  test("says the mail server's own code where it refused", async () => {
    const id = await makePerson(world.db, { devices: [], email: 'gone@example.com' });
    world.sandbox.faults.add({ provider: 'smtp', kind: 'hard_bounce', address: 'gone@example.com', times: 1 });
    const answer = testEmail(id);
    const refused = () => world.sandbox.journal.list({ address: 'gone@example.com' });
    await expect.poll(() => world.deliver().then(refused)).toHaveLength(1);
    expect((await answer).data.testEmail).toMatchObject({
      status: 'failed',
      reason: 'unregistered',
      providerCode: '5.1.1',
    });
  });

  test('says that the address is not verified', async () => {
    const { id } = await stranger();
    const answer = testEmail(id);
    const planned = 'select count(*)::integer from notify.decisions where recipient_id = $1';
    await expect.poll(() => world.deliver().then(() => one<number>(world.db.owner, planned, [id]))).toBe(1);
    expect((await answer).data.testEmail).toMatchObject({ status: 'suppressed', reason: 'unverified' });
  });

  test('not without an address, nor six times a minute, nor unauthenticated', async () => {
    expect((await testEmail(await makePerson(world.db, { devices: [] }))).codes).toEqual(['NOT_FOUND']);
    const id = await makePerson(world.db, { devices: [], email: 'often@example.com' });
    for (let n = 0; n < 5; n++) {
      await world.db.asUser(id, (client) => client.query('select notify_hidden.send_test_email()'), { commit: true });
    }
    expect((await testEmail(id)).codes).toEqual(['RATE_LIMITED']);
    expect((await world.api.ask('mutation { testEmail { status } }')).errors.length).toBeGreaterThan(0);
  });
});
