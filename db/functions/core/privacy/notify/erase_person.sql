create or replace function notify.erase_person(
  user_id uuid, reason text, confirm uuid, former_names text[] default '{}', note text default null
) returns notify.erasures
language plpgsql volatile
-- Definer: it writes every table of every pack. Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
set lock_timeout = '10s'
as $$
#variable_conflict use_variable
declare
  started constant timestamptz := pg_catalog.clock_timestamp();
  -- Rows of transactions that began before and have not yet committed are looked for again under the locks.
  lately constant timestamptz := started - interval '1 hour';
  subject_digest constant text := pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(user_id::text, 'UTF8')), 'hex');
  wrong constant text[] := case
    when user_id is null then array['user_id', 'must be given']
    when confirm is distinct from user_id then array['confirm', 'must repeat the user_id']
    when coalesce(reason, '') not in ('person_request', 'account_closed', 'legal_duty', 'operator')
      then array['reason', 'must be person_request, account_closed, legal_duty or operator']
    when exists (select from unnest(former_names) as n where n is null or length(n) < 2)
      then array['former_names', 'must have 2 characters at least']
  end;
  -- What declared conditions know of the person by name, as declare_owned_rows() says.
  person constant text := '(
    select $1 as id, $2 as terms, $3 as delivery_ids, $4 as event_ids, $5 as notification_ids, $6 as identifiers
  ) as person';
  identifiers text[];
  terms text[];
  subjects uuid[];
  about uuid[];
  naming uuid[];
  deliveries uuid[];
  pending uuid[];
  declared record;
  touched bigint;
  counts jsonb := '{}';
  erasure notify.erasures;
begin
  if wrong is not null then
    raise exception '%: %', wrong[1], wrong[2] using errcode = 'RBINV', column = wrong[1];
  end if;
  -- One at a time: two people who name each other would wait for each other's rows.
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('notify.erase_person'));

  -- What takes long reads whole tables, and comes before any lock.
  identifiers := array(
    select distinct w
    from (
      select unnest(array[user_id::text] || notify_private.addresses_of_person(user_id)) as w
      union all
      select a.w from notify.users as u cross join lateral (values (u.email),
        -- As the application knew it, in keys of its own.
        (case when u.email ~* '@(.*\.)?xn--' then regexp_replace(u.email, '[^@]*$', '')
          || notify_private.domain_to_unicode(substring(u.email from '[^@]*$')) end),
        (case when length(u.external_id) > 5 then u.external_id end)) as a (w)
        where u.id = user_id and a.w is not null
      union all select v.address from notify.email_verifications as v where v.user_id = user_id
      union all select d.id::text from notify.devices as d where d.user_id = user_id
      union all select e.id::text from notify.webhook_endpoints as e where e.user_id = user_id
    ) as known
  );
  terms := identifiers || former_names || array(select u.name from notify.users as u where u.id = user_id and length(u.name) > 1);
  subjects := notify_private.subjects_of_person(user_id);
  about := notify_private.events_about(user_id, identifiers, subjects);
  naming := notify_private.notifications_naming(user_id, terms, about);
  deliveries := notify_private.deliveries_of_person(user_id);

  begin
    -- In the order of plan(): events, then the person. Whoever is planning what names them has then finished, and the
    -- next planner finds nobody of that name; whoever plans for them has finished, and the next finds nobody.
    perform from notify.events as e where e.id = any (about) and e.planned_at is null and e.canceled_at is null order by e.id for update;
    about := about || notify_private.events_about(user_id, identifiers, subjects, lately);
    perform from notify.events as e where e.id = any (about) and e.planned_at is null and e.canceled_at is null order by e.id for update;
    -- No key update keeps planners out and lets whoever writes back an outcome refer to the person: they are waited for below.
    perform from notify.users as u where u.id = user_id for no key update;
    -- One that was made in between may be in a planner's hands, who may be waiting for us: no waiting for each other.
    about := array(select distinct a from unnest(about || notify_private.events_about(user_id, identifiers, subjects, lately)) as a);
    perform from notify.events as e where e.id = any (about) and e.planned_at is null and e.canceled_at is null for update nowait;

    deliveries := array(
      select unnest(deliveries)
      union
      select d.id from notify.notifications as n join notify.deliveries as d on d.notification_id = n.id where n.recipient_id = user_id
    );
    -- Nothing leaves after this: what waits is locked until it is deleted, and what is being sent has been.
    pending := deliveries;
    loop
      perform from notify.deliveries as d where d.id = any (pending) and d.status = 'queued' order by d.id for update;
      pending := array(select d.id from notify.deliveries as d where d.id = any (pending) and d.status = 'sending');
      exit when pg_catalog.cardinality(pending) = 0;
      if pg_catalog.clock_timestamp() > started + interval '25 seconds' then
        raise exception 'a message to this person is being sent: try again' using errcode = 'RBUNA';
      end if;
      perform pg_catalog.pg_sleep(0.02);
    end loop;
    -- From here on nobody makes a row that refers to the person.
    perform from notify.users as u where u.id = user_id for update;
    naming := array(select distinct n from unnest(naming || notify_private.notifications_naming(user_id, terms, about, lately)) as n);
    -- In the order in which their readers lock them, who change many at once.
    perform from notify.notifications as n where n.id = any (naming) order by n.id for no key update;

    insert into notify_private.suppression_digests (channel, digest, reason, created_at, expires_at)
    select s.channel, notify_private.address_digest(s.channel, s.address), s.reason, s.created_at, s.expires_at
    from notify.suppressions as s
    where s.channel in ('email', 'sms', 'voice') and s.address = any (notify_private.addresses_of_person(user_id))
      and not notify_private.is_shared_address(s.address, user_id)
    on conflict (channel, digest) do nothing;
    insert into notify_private.consent_proofs (address_digests, channel, granted, method, text_version, region, recorded_at)
    select
      array(
        select notify_private.address_digest(a.channel, a.address)
        from notify.users as u cross join lateral (values ('email', u.email), ('sms', u.phone)) as a (channel, address)
        where u.id = user_id and a.address is not null
      ),
      c.channel, c.granted, c.method, c.text_version, c.region, c.recorded_at
    from notify.consents as c where c.user_id = user_id;

    for declared in
      select p.*,
        (select pg_catalog.string_agg(pg_catalog.format('%I = %s', c.key, c.value), ', ')
          from pg_catalog.jsonb_each_text(p.changes) as c) as sets
      from notify_private.all_personal_data() with ordinality as p
      where p.on_erasure = 'delete' or p.on_erasure = 'change' and p.changes <> '{}'
      order by p.ordinality
    loop
      execute case declared.on_erasure
        when 'delete' then pg_catalog.format('delete from %s as r using %s where %s', declared.table_name::regclass, person, declared.rows)
        else pg_catalog.format(
          'update %s as r set %s from %s where %s', declared.table_name::regclass, declared.sets, person, declared.rows)
      end
      using user_id, terms, deliveries, about, naming, identifiers;
      get diagnostics touched = row_count;
      if touched > 0 then
        counts := counts || pg_catalog.jsonb_build_object(declared.table_name,
          coalesce(counts -> declared.table_name, '{}') || pg_catalog.jsonb_build_object(declared.on_erasure,
            coalesce((counts -> declared.table_name -> declared.on_erasure)::bigint, 0) + touched));
      end if;
    end loop;
  exception when lock_not_available or deadlock_detected then
    raise exception 'rows about this person are in use: try again' using errcode = 'RBUNA';
  end;

  if counts = '{}' then
    -- Again: what was said the first time.
    select e.* into erasure from notify.erasures as e where e.subject_digest = subject_digest order by e.id limit 1;
    if not found then
      raise exception 'user_id: there is no such person' using errcode = 'RBNFD', column = 'user_id';
    end if;
    return erasure;
  end if;
  insert into notify.erasures (subject_digest, reason, erased_by, counts, started_at)
  values (subject_digest, reason, nullif(notify_hidden.current_user_id(), user_id), counts, started)
  returning * into erasure;
  perform notify_hidden.note_operator_action('erase_person', erasure.id::text, notify_private.redact(note, terms),
    pg_catalog.jsonb_build_object('reason', reason));
  return erasure;
end
$$;
comment on function notify.erase_person(uuid, text, uuid, text[], text) is $$
@values reason ErasureReason
For operators and services: erases a person from every table of every pack, at once and for good (docs/privacy.md); confirm repeats
the id. Nothing is sent to them after it returns. In texts of others their name, and those in former_names, becomes "…".
Again, it returns what was done the first time.
$$;
grant execute on function notify.erase_person(uuid, text, uuid, text[], text) to rowbell_operator, rowbell_writer;
