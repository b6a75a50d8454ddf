import { describe, expect, test } from 'vitest';
import {
  db,
  deliveriesOf,
  dueNow,
  endPause,
  first,
  gates,
  mailType,
  pause,
  readers,
  second,
  senders,
  spare,
  standing,
  tellAll,
  texted,
  textType,
  took,
  until,
  untilPaused,
  untilSent,
} from './spare-world.ts';

describe('a second mail relay', () => {
  test('W06: carries mails while the first refuses connections, until the first takes a probe', async () => {
    const type = await mailType();
    await gates.first.shut();
    const early = await readers(6);
    await tellAll(type, early);
    await until('the second has taken all', async () => took(second, early).length === early.length);
    expect(await standing(senders.smtp)).toMatchObject({ reason: 'unavailable', isPaused: true });
    await untilSent(early);
    for (const delivery of await deliveriesOf(early)) {
      expect(delivery).toMatchObject({ sender: spare.smtp });
      expect(delivery.attempts.at(-1)).toBe(`${spare.smtp} accepted`);
      expect(delivery.attempts.slice(0, -1).every((attempt) => attempt === `${senders.smtp} origin`)).toBe(true);
    }
    // While the pause lasts, mails go to the second at once.
    await pause(senders.smtp);
    const meanwhile = await readers(3);
    await tellAll(type, meanwhile);
    await until('the second has taken them', async () => took(second, meanwhile).length === 3);
    expect((await deliveriesOf(meanwhile)).flatMap(({ attempts }) => attempts)).not.toContain(`${senders.smtp} origin`);

    await gates.first.open();
    await endPause(senders.smtp);
    const probe = await readers(1);
    await tellAll(type, probe);
    await until('the first has taken the probe', async () => took(first, probe).length === 1);
    await until('its pause has ended', async () => !(await standing(senders.smtp)).isPaused);
    const later = await readers(4);
    await tellAll(type, later);
    await until('the first carries all again', async () => took(first, later).length === 4);
    expect(took(second, [...probe, ...later])).toEqual([]);
  });

  test('carries mails while the first is slow, until the first takes a probe promptly', async () => {
    const type = await mailType();
    first.faults.add({ provider: 'smtp', kind: 'latency', latencyMs: 7_000 });
    const slow = await readers(4);
    await tellAll(type, slow);
    await untilPaused(senders.smtp, 'slow');
    const meanwhile = await readers(3);
    await tellAll(type, meanwhile);
    await until('the second has taken them', async () => took(second, meanwhile).length === 3);
    await until('the first has taken its own', async () => took(first, slow).length + took(second, slow).length === 4);

    // A probe that is taken slowly ends nothing.
    await endPause(senders.smtp);
    const probe = await readers(1);
    await tellAll(type, probe);
    await until('it is paused once more', async () => (await standing(senders.smtp)).pauses === 2);
    expect(await standing(senders.smtp)).toMatchObject({ reason: 'slow', isPaused: true });
    expect(took(first, probe)).toEqual(probe);

    first.faults.clear();
    await endPause(senders.smtp);
    const prompt = await readers(1);
    await tellAll(type, prompt);
    await until('its pause has ended', async () => !(await standing(senders.smtp)).isPaused);
    expect(took(first, prompt)).toEqual(prompt);
    expect(took(second, [...slow, ...prompt]).length + took(first, [...slow, ...prompt]).length).toBe(5);
  });

  test('W07: is not used for what one recipient’s mailbox does', async () => {
    const type = await mailType();
    const [silent, refused] = await readers(2);
    if (!silent || !refused) throw new Error('nobody');
    first.faults.add({ provider: 'smtp', address: silent.address, kind: 'latency', latencyMs: 7_000 });
    first.faults.add({
      provider: 'smtp',
      address: refused.address,
      kind: 'hard_bounce',
      status: 554,
      reason: '5.7.9 No',
    });
    for (let n = 0; n < 4; n++) await tellAll(type, [silent, refused]);
    await until('all have ended', async () => {
      const found = await deliveriesOf([silent, refused]);
      return found.length === 8 && found.every(({ status }) => ['sent', 'failed'].includes(status));
    });
    expect(await standing(senders.smtp)).toMatchObject({ isPaused: false });
    expect(second.journal.list({})).toEqual([]);
    const others = await readers(3);
    await tellAll(type, others);
    await until('the others’ are taken by the first', async () => took(first, others).length === 3);
  });

  test('waits with the first where both are away, and loses nothing', async () => {
    const type = await mailType();
    await Promise.all([gates.first.shut(), gates.second.shut()]);
    const people = await readers(5);
    await tellAll(type, people);
    await untilPaused(senders.smtp, 'unavailable');
    await untilPaused(spare.smtp, 'unavailable');
    const waiting = await deliveriesOf(people);
    expect(waiting.every(({ status }) => status === 'queued' || status === 'sending')).toBe(true);
    await gates.second.open();
    await until('the second has taken all', async () => took(second, people).length === 5);
    await untilSent(people);
    expect(second.journal.list({})).toHaveLength(5);
    expect(first.journal.list({})).toEqual([]);
  });

  test('is not given a mail that the first may have taken', async () => {
    const type = await mailType();
    const [doubtful] = await readers(1);
    if (!doubtful) throw new Error('nobody');
    first.faults.add({ provider: 'smtp', address: doubtful.address, kind: 'reset' });
    await tellAll(type, [doubtful]);
    await until('nobody knows', async () =>
      (await deliveriesOf([doubtful])).some(({ attempts }) => attempts.includes(`${senders.smtp} ambiguous`)),
    );
    await pause(senders.smtp);
    await until('it waits', async () => (await deliveriesOf([doubtful]))[0]?.status === 'queued');
    await dueNow();
    const others = await readers(2);
    await tellAll(type, others);
    await until('the second has taken the others', async () => took(second, others).length === 2);
    expect(await deliveriesOf([doubtful])).toMatchObject([{ status: 'queued', sender: senders.smtp }]);
    expect(second.journal.list({ address: doubtful.address })).toEqual([]);
    first.faults.clear();
    await endPause(senders.smtp);
    await dueNow();
    await until('the first has taken it', async () => took(first, [doubtful]).length === 1);
  });

  test('keeps a mail that it may have taken, however well the first is', async () => {
    const type = await mailType();
    const [doubtful] = await readers(1);
    if (!doubtful) throw new Error('nobody');
    second.faults.add({ provider: 'smtp', address: doubtful.address, kind: 'reset' });
    await pause(senders.smtp);
    await tellAll(type, [doubtful]);
    await until('nobody knows', async () =>
      (await deliveriesOf([doubtful])).some(({ attempts }) => attempts.includes(`${spare.smtp} ambiguous`)),
    );
    await endPause(senders.smtp);
    await dueNow();
    await until('it was tried again', async () => (await deliveriesOf([doubtful]))[0]?.attempts.length === 2);
    second.faults.clear();
    await dueNow();
    await until('the second has taken it', async () => took(second, [doubtful]).length === 1);
    expect(first.journal.list({ address: doubtful.address })).toEqual([]);
  });
});

describe('a second sender of texts', () => {
  test('is not given an SMS whose answer was lost', async () => {
    const type = await textType();
    const [doubtful] = await texted(1);
    if (!doubtful) throw new Error('nobody');
    first.faults.add({ provider: 'twilio', address: doubtful.address, kind: 'reset', reason: 'accepted' });
    await tellAll(type, [doubtful]);
    await until('nobody knows', async () => (await deliveriesOf([doubtful]))[0]?.status === 'unknown');
    first.faults.clear();
    await pause(senders.twilio);
    const others = await texted(2);
    await tellAll(type, others);
    await until('the spare has sent the others', async () => took(first, others).length === 2);
    await untilSent(others);
    expect((await deliveriesOf(others)).map(({ sender }) => sender)).toEqual([spare.twilio, spare.twilio]);
    expect(await deliveriesOf([doubtful])).toMatchObject([
      { status: 'unknown', attempts: [`${senders.twilio} ambiguous`] },
    ]);
    expect(first.journal.list({ address: doubtful.address })).toHaveLength(1);
    // Callbacks of a spare name it, so that they are verified with its token.
    for (const { address } of others) {
      expect(first.journal.list({ address })).toMatchObject([
        { raw: { StatusCallback: expect.stringMatching(new RegExp(`\\?sender=${spare.twilio}$`)) } },
      ]);
    }
  });

  test('sends what the first was refused before anything of it was sent', async () => {
    const type = await textType();
    const people = await texted(5);
    // What a token says that is no longer valid, once to each.
    for (const { address } of people)
      first.faults.add({ provider: 'twilio', address, kind: 'reject', reason: '20003', times: 1 });
    await tellAll(type, people);
    await untilSent(people);
    expect(await standing(senders.twilio)).toMatchObject({ reason: 'credentials_rejected', isPaused: true });
    for (const { attempts, sender } of await deliveriesOf(people)) {
      expect(attempts).toEqual([`${senders.twilio} misconfigured`, `${spare.twilio} accepted`]);
      expect(sender).toBe(spare.twilio);
    }
    for (const person of people) expect(took(first, [person])).toHaveLength(1);
  });
});

test('what a dead worker had in hand for a spare goes to that spare again, and to nobody else', async () => {
  const [reader] = await readers(1);
  if (!reader) throw new Error('nobody');
  // Held by nobody that sends: a worker that is entered and never beats.
  await pause(senders.smtp);
  await db.owner.query(
    `update notify.senders set paused_until = now() + interval '1 hour', pause_reason = 'test' where id = $1`,
    [spare.smtp],
  );
  await tellAll(await mailType(), [reader]);
  await until('it waits', async () => (await deliveriesOf([reader]))[0]?.status === 'queued');
  await db.owner.query(
    `with dead as (
       insert into notify.workers (lane, host, pid, senders, seen_at) values ('bulk', 'dead', 1, array[$1::smallint], now() - interval '1 minute')
       returning id
     ), claim as (
       insert into notify_private.claims (id, worker_id, sender_id, delivery_ids)
       select uuidv7(), dead.id, $1, array(select d.id from notify.deliveries as d where d.recipient_id = $2) from dead
       returning id
     )
     update notify.deliveries set status = 'sending', attempt = 1, due_at = null, claim_id = claim.id from claim where recipient_id = $2`,
    [spare.smtp, reader.id],
  );
  await db.worker.query('select notify_private.recover_claims()');
  expect(await deliveriesOf([reader])).toMatchObject([
    { status: 'queued', sender: spare.smtp, attempts: [`${spare.smtp} lost`] },
  ]);
  await endPause(senders.smtp);
  await endPause(spare.smtp);
  await until('the second has taken it', async () => took(second, [reader]).length === 1);
  expect(first.journal.list({})).toEqual([]);
});

test('only what can have one is given a spare, and only where there is a first', async () => {
  await db.owner.query(`insert into notify.apps (key, name) values ('spareless', 'Spareless')`);
  const set = (app: string, provider: string, secret: string | null, place: number) =>
    db.asOperator((client) =>
      client.query(`select place from notify.set_sender($1, $2, secret_setting => $3, place => $4::smallint)`, [
        app,
        provider,
        secret,
        place,
      ]),
    );
  expect((await set('default', 'smtp', 'SMTP_URL_THIRD', 3)).rows).toEqual([{ place: 3 }]);
  for (const refused of [
    () => set('default', 'apns', 'APNS_KEY_SECOND', 2),
    () => set('default', 'smtp', null, 2),
    () => set('default', 'smtp', 'SMTP_URL_TENTH', 10),
    () => set('spareless', 'smtp', 'SMTP_URL_SECOND', 2),
  ]) {
    await expect(refused()).rejects.toMatchObject({ code: 'RBINV', column: 'place' });
  }
});
