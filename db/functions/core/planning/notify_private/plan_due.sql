-- Not definer and without settings of its own: a procedure that has either may not commit. What it calls has both.
create or replace procedure notify_private.plan_due(lane text, most integer, inout more boolean, inout failed uuid[])
language plpgsql
as $$
declare
  turns constant pg_catalog.text[] := array['few', 'many', 'begun'];
  turn pg_catalog.text := 'few';
  -- Looks at the few that found some, one after the other.
  looks pg_catalog.int4 := 0;
  -- Turns that found nothing, one after the other.
  idle pg_catalog.int4 := 0;
  -- Smaller while few wait, who wait for the chunk that is under way.
  room pg_catalog.int4;
  chunk notify_private.planned_chunk;
  -- Parts of a chunk in which one cannot be planned: firsts and lasts.
  firsts pg_catalog.int4[];
  lasts pg_catalog.int4[];
  first pg_catalog.int4;
  last pg_catalog.int4;
  planned boolean;
  others_wait_since pg_catalog.timestamptz;
begin
  failed := '{}';
  for n in 1..most loop
    chunk := notify_private.plan_next(lane, turn, room);
    commit;
    -- Which of them? A part that fails is halved, each in a transaction of its own: none keeps the people of the others locked.
    firsts := array[1];
    lasts := array[pg_catalog.cardinality(chunk.unplanned)];
    others_wait_since := pg_catalog.clock_timestamp();
    while pg_catalog.cardinality(firsts) > 0 loop
      first := firsts[1];
      last := lasts[1];
      firsts := firsts[2:];
      lasts := lasts[2:];
      continue when last < first;
      planned := notify_private.plan_apart(chunk.unplanned[first:last]);
      commit;
      if planned then
        continue;
      elsif first = last then
        failed := failed || chunk.unplanned[first];
        -- Where many fail (a broken audience function), the rest of them waits for its next turn, and not the others for it.
        exit when pg_catalog.clock_timestamp() > others_wait_since + interval '100 milliseconds';
      else
        firsts := array[first, (first + last) / 2 + 1] || firsts;
        lasts := array[(first + last) / 2, last] || lasts;
      end if;
    end loop;
    if turn = 'few' then
      room := case when chunk.found then 150 else 450 end;
    end if;
    -- Where the next look finds some again, they come faster than one look takes: then the others wait for the next call, or until a
    -- look finds none. What came within a rest goes together. Whom many wait before (more) takes turns, or the newest would always
    -- go first.
    if turn = 'few' and n > 3 and chunk.found and not chunk.more then
      looks := looks + 1;
      if looks > 1 then
        perform pg_catalog.pg_sleep(0.015);
      end if;
    else
      looks := 0;
      turn := turns[1 + pg_catalog.array_position(turns, turn) % 3];
      idle := case when chunk.more then 0 else idle + 1 end;
    end if;
    more := idle < 3;
    exit when not more;
  end loop;
end
$$;
comment on procedure notify_private.plan_due(text, integer, boolean, uuid[]) is
  'Plans what is due in a lane, by turns (plan_next), each in a transaction of its own, at most so many; more says whether '
  'there is still something, failed which events could not be planned. Here and not in the worker, whose '
  'event loop is busy with sending: asked for one by one, slices waited for it and the senders for them.';
grant execute on procedure notify_private.plan_due(text, integer, boolean, uuid[]) to rowbell_worker;
