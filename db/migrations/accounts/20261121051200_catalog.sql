-- migrate:up
set local lock_timeout = '5s';

-- Security passes the cap and quiet hours. What a person must not miss (security, billing) cannot be switched off on the
-- locked channels (NC-15). Beyond the cap, billing waits for the next day instead of being dropped.
with catalog (key, category, priority, channels, default_channels, locked_channels, cap_excess, screen, subject, email_template, label_en, label_fr) as (
  values
    ('verification_initiated', 'verification', 'P1', '{push,email,in_app}', '{email,in_app}', '{}', 'drop',
     'verification', 'verification', 'verification_initiated', 'Verifications begun', 'Vérifications commencées'),
    ('verification_completed', 'verification', 'P1', '{push,email,in_app}', '{push,email,in_app}', '{}', 'drop',
     'verification', 'verification', 'verification_completed', 'Verifications completed', 'Vérifications terminées'),
    ('verification_failed', 'verification', 'P1', '{push,email,in_app}', '{push,email,in_app}', '{}', 'defer',
     'verification', 'verification', 'notification', 'Verifications that failed', 'Vérifications échouées'),
    ('payment_created', 'payment', 'P1', '{push,email,in_app}', '{in_app}', '{}', 'drop',
     'payment', 'payment', 'notification', 'Payments begun', 'Paiements commencés'),
    ('payment_completed', 'payment', 'P1', '{push,email,in_app}', '{email,in_app}', '{}', 'drop',
     'payment', 'payment', 'notification', 'Payments completed', 'Paiements effectués'),
    ('payment_refunded', 'payment', 'P1', '{push,email,in_app}', '{email,in_app}', '{}', 'drop',
     'payment', 'payment', 'notification', 'Refunds', 'Remboursements'),
    ('payment_failed', 'billing', 'P1', '{push,email,in_app}', '{push,email,in_app}', '{email,in_app}', 'defer',
     'payment', 'payment', 'notification', 'Payments that failed', 'Paiements échoués'),
    ('low_balance', 'billing', 'P1', '{push,email,in_app}', '{push,email,in_app}', '{email,in_app}', 'defer',
     'balance', 'balance', 'low_balance', 'Low balance', 'Solde bas'),
    ('login_new_device', 'security', 'P0', '{push,email,sms,in_app}', '{push,email,in_app}', '{push,email,in_app}', 'drop',
     'login', 'login', 'notification', 'Log-ins from a new device', 'Connexions depuis un nouvel appareil'),
    ('login_suspicious', 'security', 'P0', '{push,email,sms,in_app}', '{push,email,sms,in_app}', '{push,email,in_app}', 'drop',
     'login', 'login', 'notification', 'Suspicious log-ins', 'Connexions suspectes'),
    ('api_key_created', 'security', 'P0', '{push,email,in_app}', '{push,email,in_app}', '{email,in_app}', 'drop',
     'api_key', 'apiKey', 'notification', 'New API keys', 'Nouvelles clés API'),
    ('api_key_revoked', 'security', 'P0', '{push,email,in_app}', '{email,in_app}', '{email,in_app}', 'drop',
     'api_key', 'apiKey', 'notification', 'Revoked API keys', 'Clés API révoquées'),
    ('security_setting_changed', 'security', 'P0', '{push,email,in_app}', '{push,email,in_app}', '{email,in_app}', 'drop',
     'setting', 'setting', 'notification', 'Changes of security settings', 'Changements des réglages de sécurité'),
    ('setting_changed', 'settings', 'P1', '{push,email,in_app}', '{in_app}', '{}', 'drop',
     'setting', 'setting', 'notification', 'Changes of settings', 'Changements des réglages')
)
insert into notify.notification_types
  (key, pack, category, priority, channels, default_channels, locked_channels, cap_excess, audience, data_template, thread_template,
   collapse_template, sound, urgency, interruption_level, expires_after, max_segments,
   email_template, email_url, labels)
select
  c.key, 'accounts', c.category, c.priority, c.channels::text[], c.default_channels::text[], c.locked_channels::text[], c.cap_excess,
  'accounts_private.' || c.screen || '_audience',
  jsonb_build_object('screen', c.screen, c.subject || 'Id', '{id}')
    || case when c.key = 'low_balance' then '{"balance": "{Balance}", "threshold": "{Threshold}"}' else '{}' end::jsonb,
  c.screen || ':{id}',
  -- A phone that was off shows where a payment stands, and how low a balance is, once.
  case when c.screen in ('verification', 'payment', 'balance') then c.screen || ':{id}' end,
  'default', 'high', case when c.priority = 'P0' then 'time-sensitive' end, '7 days',
  case when 'sms' = any (c.channels::text[]) then 1 end, c.email_template,
  '/' || case c.screen when 'balance' then 'balances' when 'api_key' then 'api-keys' else c.screen || 's' end || '/{' || c.subject || 'Id}',
  jsonb_build_object('en', c.label_en, 'fr', c.label_fr)
from catalog as c;

insert into notify.notification_copies (type_key, locale, variant, title, body) values
  ('verification_initiated', 'en', 'default', 'Your verification has begun', 'We are checking what you sent. You will hear from us as soon as it is done.'),
  ('verification_initiated', 'fr', 'default', 'Votre vérification a commencé', 'Nous vérifions ce que vous avez envoyé. Vous aurez de nos nouvelles dès que ce sera fait.'),
  ('verification_completed', 'en', 'default', 'You are verified', 'Your verification is complete.'),
  ('verification_completed', 'fr', 'default', 'Vous êtes vérifié', 'Votre vérification est terminée.'),
  ('verification_failed', 'en', 'default', 'Your verification failed', 'We could not complete it. Please try again.'),
  ('verification_failed', 'fr', 'default', 'Votre vérification a échoué', 'Nous n''avons pas pu la terminer. Merci de réessayer.'),
  ('verification_failed', 'en', 'reason', 'Your verification failed', '{Reason}'),
  ('verification_failed', 'fr', 'reason', 'Votre vérification a échoué', '{Reason}'),
  ('payment_created', 'en', 'default', 'Payment of {Amount} begun', 'It is being processed.'),
  ('payment_created', 'fr', 'default', 'Paiement de {Amount} commencé', 'Il est en cours de traitement.'),
  ('payment_completed', 'en', 'default', 'Payment of {Amount} completed', 'Thank you: it has arrived.'),
  ('payment_completed', 'fr', 'default', 'Paiement de {Amount} effectué', 'Merci : il est arrivé.'),
  ('payment_failed', 'en', 'default', 'Payment of {Amount} failed', 'Please check your means of payment and try again.'),
  ('payment_failed', 'fr', 'default', 'Le paiement de {Amount} a échoué', 'Merci de vérifier votre moyen de paiement et de réessayer.'),
  ('payment_failed', 'en', 'reason', 'Payment of {Amount} failed', '{Reason}'),
  ('payment_failed', 'fr', 'reason', 'Le paiement de {Amount} a échoué', '{Reason}'),
  ('payment_refunded', 'en', 'default', '{Amount} refunded', 'The money is on its way back to you.'),
  ('payment_refunded', 'fr', 'default', '{Amount} remboursés', 'L''argent est en route vers vous.'),
  ('low_balance', 'en', 'default', 'Your balance is low', 'You have {Balance} left, less than {Threshold}.'),
  ('low_balance', 'fr', 'default', 'Votre solde est bas', 'Il vous reste {Balance}, moins que {Threshold}.'),
  ('login_new_device', 'en', 'default', 'New device logged in', 'From {Device}, {Place}. If this was not you, change your password now.'),
  ('login_new_device', 'fr', 'default', 'Connexion depuis un nouvel appareil', 'Depuis {Device}, {Place}. Si ce n''était pas vous, changez votre mot de passe maintenant.'),
  ('login_suspicious', 'en', 'default', 'Suspicious log-in', 'Somebody logged in from {Device}, {Place}. If this was not you, change your password now.'),
  ('login_suspicious', 'fr', 'default', 'Connexion suspecte', 'Quelqu''un s''est connecté depuis {Device}, {Place}. Si ce n''était pas vous, changez votre mot de passe maintenant.'),
  ('login_suspicious', 'en', 'refused', 'Suspicious log-in refused', 'Somebody tried to log in from {Device}, {Place}, and was refused. If this was not you, change your password.'),
  ('login_suspicious', 'fr', 'refused', 'Connexion suspecte refusée', 'Quelqu''un a essayé de se connecter depuis {Device}, {Place}, sans y parvenir. Si ce n''était pas vous, changez votre mot de passe.'),
  ('api_key_created', 'en', 'default', 'API key created', '"{Name}" ({Prefix}…) was created. If this was not you, revoke it now.'),
  ('api_key_created', 'fr', 'default', 'Clé API créée', '« {Name} » ({Prefix}…) a été créée. Si ce n''était pas vous, révoquez-la maintenant.'),
  ('api_key_revoked', 'en', 'default', 'API key revoked', '"{Name}" ({Prefix}…) opens nothing any more.'),
  ('api_key_revoked', 'fr', 'default', 'Clé API révoquée', '« {Name} » ({Prefix}…) n''ouvre plus rien.'),
  ('security_setting_changed', 'en', 'default', 'Security setting changed', '"{Name}" was changed. If this was not you, act now.'),
  ('security_setting_changed', 'fr', 'default', 'Réglage de sécurité changé', '« {Name} » a été changé. Si ce n''était pas vous, agissez maintenant.'),
  ('setting_changed', 'en', 'default', 'Setting changed', '"{Name}" was changed.'),
  ('setting_changed', 'fr', 'default', 'Réglage changé', '« {Name} » a été changé.');

insert into notify.channel_copies (type_key, locale, channel, place, form, body, is_plain, shorten) values
  ('login_new_device', 'en', 'sms', 1, 'full', 'New device logged in: {Device}, {Place}. Not you? Change your password now.', true, '{Device,Place}'),
  ('login_new_device', 'fr', 'sms', 1, 'full', 'Nouvel appareil connecté : {Device}, {Place}. Pas vous ? Changez votre mot de passe.', true, '{Device,Place}'),
  ('login_suspicious', 'en', 'sms', 1, 'full', 'Suspicious log-in: {Device}, {Place}. Not you? Change your password now.', true, '{Device,Place}'),
  ('login_suspicious', 'fr', 'sms', 1, 'full', 'Connexion suspecte : {Device}, {Place}. Pas vous ? Changez votre mot de passe.', true, '{Device,Place}');

insert into notify.retention_policies (table_name, reason) values
  ('accounts.verifications', 'The product''s own data, until the person is erased'),
  ('accounts.payments', 'The product''s own data, until the person is erased'),
  ('accounts.balances', 'The product''s own data, until the person is erased'),
  ('accounts.api_keys', 'The product''s own data, until the person is erased'),
  ('accounts.account_settings', 'The product''s own data, until the person is erased');
insert into notify.retention_policies (table_name, keep, at_least, age_column, reason) values
  ('accounts.logins', '13 months', '30 days', 'created_at', 'Addresses of people: as long as one looks for a break-in');

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
