create or replace function accounts_private.activity_title(key text, locale text) returns text
language sql immutable parallel safe set search_path = pg_catalog, pg_temp
as $$
  select case pg_catalog.split_part(activity_title.locale, '-', 1) when 'fr' then w.fr else w.en end
  from (values
    ('verification_initiated', 'Verification begun', 'Vérification commencée'),
    ('verification_completed', 'Verification completed', 'Vérification terminée'),
    ('verification_failed', 'Verification failed', 'Vérification échouée'),
    ('verification_initiated_of_kind', '{Kind} verification begun', 'Vérification {Kind} commencée'),
    ('verification_completed_of_kind', '{Kind} verification completed', 'Vérification {Kind} terminée'),
    ('verification_failed_of_kind', '{Kind} verification failed', 'Vérification {Kind} échouée'),
    ('payment_created', 'Payment begun', 'Paiement commencé'),
    ('payment_completed', 'Payment completed', 'Paiement effectué'),
    ('payment_failed', 'Payment failed', 'Paiement échoué'),
    ('payment_refunded', 'Payment refunded', 'Paiement remboursé'),
    ('balance_created', 'Balance opened', 'Solde ouvert'),
    ('balance_updated', 'Balance changed', 'Solde modifié'),
    ('threshold_updated', 'Low-balance threshold changed', 'Seuil de solde bas modifié'),
    ('login_completed', 'Logged in', 'Connexion'),
    ('login_failed', 'Log-in refused', 'Connexion refusée'),
    ('api_key_created', 'API key created', 'Clé API créée'),
    ('api_key_updated', 'API key renamed', 'Clé API renommée'),
    ('api_key_deleted', 'API key revoked', 'Clé API révoquée'),
    ('settings_created', 'Setting set', 'Réglage défini'),
    ('settings_updated', 'Setting changed', 'Réglage changé'),
    ('settings_deleted', 'Setting removed', 'Réglage supprimé')
  ) as w (key, en, fr)
  where w.key = activity_title.key
$$;
comment on function accounts_private.activity_title(text, text) is
  'The title of an activity in the person''s language; English where it has no other.';
