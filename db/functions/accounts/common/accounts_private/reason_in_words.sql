-- Plain SQL without settings, so that it is inlined into the audiences' queries.
create or replace function accounts_private.reason_in_words(reason text, locale text) returns text
language sql stable
as $$
  select case
    when reason_in_words.reason ~ '^\s*[[:alnum:]]+([_.:/-]+[[:alnum:]]+)*\s*$' then
      accounts_private.text_of('failure_reason', reason_in_words.reason, reason_in_words.locale)
    -- A code within other words ("Error: insufficient_funds") is no sentence either.
    when reason_in_words.reason ~ '[[:alnum:]]_[[:alnum:]]' then
      accounts_private.text_of(
        'failure_reason', pg_catalog.substring(reason_in_words.reason, '[[:alnum:]]+(?:_[[:alnum:]]+)+'), reason_in_words.locale)
    else reason_in_words.reason
  end
$$;
comment on function accounts_private.reason_in_words(text, text) is
  'Why something failed, as the person may read it: a code in the words of their language (null where it has none), a sentence as it is.';
