create or replace function notify_private.preference_at(user_id uuid, type_key text, category text, channel text, at timestamptz)
returns table (enabled boolean, frequency text)
language sql stable
as $$
  select
    coalesce((own.choice ->> 'enabled')::boolean, (g.choice ->> 'enabled')::boolean),
    coalesce(own.choice ->> 'frequency', g.choice ->> 'frequency')
  from notify_private.stored_choice_at(
    preference_at.user_id, 'type', preference_at.type_key, preference_at.channel, preference_at.at) as own
  cross join notify_private.stored_choice_at(
    preference_at.user_id, 'category', preference_at.category, preference_at.channel, preference_at.at) as special
  -- The category "all" says what holds for categories they said nothing of.
  cross join notify_private.stored_choice_at(preference_at.user_id, 'category', 'all', preference_at.channel, preference_at.at) as general
  cross join lateral (select coalesce(special.choice, general.choice) as choice) as g
$$;
comment on function notify_private.preference_at(uuid, text, text, text, timestamptz) is
  'What a person themself had chosen for a type, or else its category, on a channel at an instant; null where the defaults hold.';
