-- migrate:up
set local lock_timeout = '5s';

-- What a product's own codes are in words.

create table accounts.texts (
  scope text not null constraint texts_scope_is_known check (scope in ('failure_reason', 'verification_kind', 'setting')),
  key text not null constraint texts_key_is_a_slug check (key ~ '^[a-z0-9]+(_[a-z0-9]+)*$' and length(key) <= 200),
  locale text not null constraint texts_locale_is_bcp47 check (locale ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$'),
  text text not null constraint texts_text_is_readable check (length(text) <= 200 and text ~ '\S'),
  primary key (scope, key, locale)
);
alter table accounts.texts enable row level security;
comment on table accounts.texts is
  E'@name account_texts\n@root\n@omit user: people read them in what they are told.\n'
  'The codes of failure_reason, of kinds of verification and names of settings in words, per locale. A code without words is not shown: '
  'copy then says what is true of all of them.';
comment on column accounts.texts.key is
  'The code in lower case, with "_" between its parts, whatever stands between them where it is used.';
comment on column accounts.texts.text is
  'A reason is a sentence. A kind and a setting stand within one: "Your {Kind} verification", in French "Votre vérification {Kind}".';
create policy select_all on accounts.texts for select to rowbell_user, rowbell_operator, rowbell_writer using (true);
create policy insert_service on accounts.texts for insert to rowbell_writer with check (true);
create policy update_service on accounts.texts for update to rowbell_writer using (true) with check (true);
grant select on accounts.texts to rowbell_user, rowbell_operator, rowbell_writer;
grant insert (scope, key, locale, text) on accounts.texts to rowbell_writer;
grant update (text) on accounts.texts to rowbell_writer;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
