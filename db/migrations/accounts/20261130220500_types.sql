-- migrate:up
set local lock_timeout = '5s';

-- Security passes the cap and quiet hours. What a person must not miss (security, billing) cannot be switched off on the locked channels
-- (NC-15). Beyond the cap, billing waits for the next day instead of being dropped. Every type may use every channel but calls; which are
-- on is the person's to say (NC-10). What all types have in common stands once; a row has what is its own.
insert into notify.notification_types
  (key, pack, app_key, category, priority, channels, default_channels, locked_channels, cap_excess, audience, data_template,
   thread_template, collapse_template, sound, urgency, interruption_level, expires_after, max_segments,
   email_template, email_url, labels, actions, android_channel_id, apns_category)
select
  own.key, 'accounts', 'accounts', own.category, own.priority,
  '{push,email,sms,in_app,webhook}'::text[], own.default_channels::text[], own.locked_channels::text[], own.cap_excess,
  'accounts_private.' || own.screen || '_audience',
  jsonb_build_object('screen', own.screen, own.subject || 'Id', '{id}')
    || case when own.key = 'low_balance' then '{"balance": "{Balance}", "threshold": "{Threshold}"}' else '{}' end::jsonb,
  own.screen || ':{id}',
  -- A phone that was off shows where a payment stands, and how low a balance is, once.
  case when own.screen in ('verification', 'payment', 'balance') then own.screen || ':{id}' end,
  'default', 'high', case when own.priority = 'P0' then 'time-sensitive' end, '7 days',
  1, own.email_template,
  '/' || own.folder || '/{' || own.subject || 'Id}',
  jsonb_build_object('en', own.label_en, 'fr', own.label_fr),
  button.actions::jsonb, case when button.actions is not null then own.category end, button.apns_category
from (
  values
    ('verification_initiated', 'verification', 'P1', '{email,in_app}', '{}', 'drop', 'verification', 'verification', 'verifications', 'verification_initiated', 'Verifications begun', 'Vérifications commencées'),
    ('verification_completed', 'verification', 'P1', '{push,email,in_app}', '{}', 'drop', 'verification', 'verification', 'verifications', 'verification_completed', 'Verifications completed', 'Vérifications terminées'),
    ('verification_failed', 'verification', 'P1', '{push,email,in_app}', '{}', 'defer', 'verification', 'verification', 'verifications', 'notification', 'Verifications that failed', 'Vérifications échouées'),
    ('payment_created', 'payment', 'P1', '{in_app}', '{}', 'drop', 'payment', 'payment', 'payments', 'notification', 'Payments begun', 'Paiements commencés'),
    ('payment_completed', 'payment', 'P1', '{email,in_app}', '{}', 'drop', 'payment', 'payment', 'payments', 'notification', 'Payments completed', 'Paiements effectués'),
    ('payment_refunded', 'payment', 'P1', '{email,in_app}', '{}', 'drop', 'payment', 'payment', 'payments', 'notification', 'Refunds', 'Remboursements'),
    ('payment_failed', 'billing', 'P1', '{push,email,in_app}', '{email,in_app}', 'defer', 'payment', 'payment', 'payments', 'notification', 'Payments that failed', 'Paiements échoués'),
    ('low_balance', 'billing', 'P1', '{push,email,in_app}', '{email,in_app}', 'defer', 'balance', 'balance', 'balances', 'low_balance', 'Low balance', 'Solde bas'),
    ('login_new_device', 'security', 'P0', '{push,email,in_app}', '{push,email,in_app}', 'drop', 'login', 'login', 'logins', 'notification', 'Log-ins from a new device', 'Connexions depuis un nouvel appareil'),
    ('login_suspicious', 'security', 'P0', '{push,email,sms,in_app}', '{push,email,in_app}', 'drop', 'login', 'login', 'logins', 'notification', 'Suspicious log-ins', 'Connexions suspectes'),
    ('api_key_created', 'security', 'P0', '{push,email,in_app}', '{email,in_app}', 'drop', 'api_key', 'apiKey', 'api-keys', 'notification', 'New API keys', 'Nouvelles clés API'),
    ('api_key_revoked', 'security', 'P0', '{email,in_app}', '{email,in_app}', 'drop', 'api_key', 'apiKey', 'api-keys', 'notification', 'Revoked API keys', 'Clés API révoquées'),
    ('security_setting_changed', 'security', 'P0', '{push,email,in_app}', '{email,in_app}', 'drop', 'setting', 'setting', 'settings', 'notification', 'Changes of security settings', 'Changements des réglages de sécurité'),
    ('setting_changed', 'settings', 'P1', '{in_app}', '{}', 'drop', 'setting', 'setting', 'settings', 'notification', 'Changes of settings', 'Changements des réglages')
) as own (
  key, category, priority, default_channels, locked_channels, cap_excess, screen, subject, folder, email_template,
  label_en, label_fr
)
-- What asks for something to be done has a button that leads to it.
left join (
  values
    ('payment_failed', '[{"key": "retry", "url": "/payments/{id}/retry"}]', 'PAYMENT_FAILED'),
    ('low_balance', '[{"key": "top_up", "url": "/balances/{id}/top-up"}]', 'LOW_BALANCE'),
    ('login_suspicious', '[{"key": "secure", "url": "/logins/{id}/secure"}, {"key": "confirm", "url": "/logins/{id}/confirm"}]', 'LOGIN')
) as button (key, actions, apns_category) on button.key = own.key;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
