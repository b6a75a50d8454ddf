-- migrate:up
set local lock_timeout = '5s';

insert into notify.notification_copies (type_key, locale, variant, title, body, action_titles) values
  ('verification_initiated', 'en', 'default', 'Your verification has begun', 'We are checking what you sent. You will hear from us as soon as it is done.', null),
  ('verification_initiated', 'fr', 'default', 'Votre vérification a commencé', 'Nous vérifions ce que vous avez envoyé. Vous aurez de nos nouvelles dès que ce sera fait.', null),
  ('verification_completed', 'en', 'default', 'You are verified', 'Your verification is complete.', null),
  ('verification_completed', 'fr', 'default', 'Vous êtes vérifié', 'Votre vérification est terminée.', null),
  ('verification_failed', 'en', 'default', 'Your verification failed', 'We could not complete it. Please try again.', null),
  ('verification_failed', 'fr', 'default', 'Votre vérification a échoué', 'Nous n''avons pas pu la terminer. Merci de réessayer.', null),
  ('verification_failed', 'en', 'reason', 'Your verification failed', '{Reason}', null),
  ('verification_failed', 'fr', 'reason', 'Votre vérification a échoué', '{Reason}', null),
  ('payment_created', 'en', 'default', 'Payment of {Amount} begun', 'It is being processed.', null),
  ('payment_created', 'fr', 'default', 'Paiement de {Amount} commencé', 'Il est en cours de traitement.', null),
  ('payment_completed', 'en', 'default', 'Payment of {Amount} completed', 'Thank you: it has arrived.', null),
  ('payment_completed', 'fr', 'default', 'Paiement de {Amount} effectué', 'Merci : il est arrivé.', null),
  ('payment_failed', 'en', 'default', 'Payment of {Amount} failed', 'Please check your means of payment and try again.', '{"retry": "Try again"}'),
  ('payment_failed', 'fr', 'default', 'Le paiement de {Amount} a échoué', 'Merci de vérifier votre moyen de paiement et de réessayer.', '{"retry": "Réessayer"}'),
  ('payment_failed', 'en', 'reason', 'Payment of {Amount} failed', '{Reason}', '{"retry": "Try again"}'),
  ('payment_failed', 'fr', 'reason', 'Le paiement de {Amount} a échoué', '{Reason}', '{"retry": "Réessayer"}'),
  ('payment_refunded', 'en', 'default', '{Amount} refunded', 'The money is on its way back to you.', null),
  ('payment_refunded', 'fr', 'default', '{Amount} remboursés', 'L''argent est en route vers vous.', null),
  ('low_balance', 'en', 'default', 'Your balance is low', 'You have {Balance} left, less than {Threshold}.', '{"top_up": "Top up"}'),
  ('low_balance', 'fr', 'default', 'Votre solde est bas', 'Il vous reste {Balance}, moins que {Threshold}.', '{"top_up": "Recharger"}'),
  ('login_new_device', 'en', 'default', 'New device logged in', 'From {Device}, {Place}. If this was not you, change your password now.', null),
  ('login_new_device', 'fr', 'default', 'Connexion depuis un nouvel appareil', 'Depuis {Device}, {Place}. Si ce n''était pas vous, changez votre mot de passe maintenant.', null),
  ('login_suspicious', 'en', 'default', 'Suspicious log-in', 'Somebody logged in from {Device}, {Place}. If this was not you, change your password now.', '{"secure": "Secure my account", "confirm": "It was me"}'),
  ('login_suspicious', 'fr', 'default', 'Connexion suspecte', 'Quelqu''un s''est connecté depuis {Device}, {Place}. Si ce n''était pas vous, changez votre mot de passe maintenant.', '{"secure": "Sécuriser mon compte", "confirm": "C''était moi"}'),
  ('login_suspicious', 'en', 'refused', 'Suspicious log-in refused', 'Somebody tried to log in from {Device}, {Place}, and was refused. If this was not you, change your password.', '{"secure": "Secure my account", "confirm": "It was me"}'),
  ('login_suspicious', 'fr', 'refused', 'Connexion suspecte refusée', 'Quelqu''un a essayé de se connecter depuis {Device}, {Place}, sans y parvenir. Si ce n''était pas vous, changez votre mot de passe.', '{"secure": "Sécuriser mon compte", "confirm": "C''était moi"}'),
  ('api_key_created', 'en', 'default', 'API key created', '"{Name}" ({Prefix}…) was created. If this was not you, revoke it now.', null),
  ('api_key_created', 'fr', 'default', 'Clé API créée', '« {Name} » ({Prefix}…) a été créée. Si ce n''était pas vous, révoquez-la maintenant.', null),
  ('api_key_revoked', 'en', 'default', 'API key revoked', '"{Name}" ({Prefix}…) opens nothing any more.', null),
  ('api_key_revoked', 'fr', 'default', 'Clé API révoquée', '« {Name} » ({Prefix}…) n''ouvre plus rien.', null),
  ('security_setting_changed', 'en', 'default', 'Security setting changed', '"{Name}" was changed. If this was not you, act now.', null),
  ('security_setting_changed', 'fr', 'default', 'Réglage de sécurité changé', '« {Name} » a été changé. Si ce n''était pas vous, agissez maintenant.', null),
  ('setting_changed', 'en', 'default', 'Setting changed', '"{Name}" was changed.', null),
  ('setting_changed', 'fr', 'default', 'Réglage changé', '« {Name} » a été changé.', null);

insert into notify.channel_copies (type_key, locale, channel, place, form, body, is_plain, shorten) values
  ('login_new_device', 'en', 'sms', 1, 'full', 'New device logged in: {Device}, {Place}. Not you? Change your password now.', true, '{Device,Place}'),
  ('login_new_device', 'fr', 'sms', 1, 'full', 'Nouvel appareil connecté : {Device}, {Place}. Pas vous ? Changez votre mot de passe.', true, '{Device,Place}'),
  ('login_suspicious', 'en', 'sms', 1, 'full', 'Suspicious log-in: {Device}, {Place}. Not you? Change your password now.', true, '{Device,Place}'),
  ('login_suspicious', 'fr', 'sms', 1, 'full', 'Connexion suspecte : {Device}, {Place}. Pas vous ? Changez votre mot de passe.', true, '{Device,Place}'),
  ('api_key_created', 'en', 'sms', 1, 'full', 'API key "{Name}" ({Prefix}...) created. Not you? Revoke it now.', true, '{Name,Prefix}'),
  ('api_key_created', 'fr', 'sms', 1, 'full', 'Clé API "{Name}" ({Prefix}...) créée. Pas vous ? Révoquez-la.', true, '{Name,Prefix}'),
  ('api_key_revoked', 'en', 'sms', 1, 'full', 'API key "{Name}" ({Prefix}...) opens nothing any more.', true, '{Name,Prefix}'),
  ('api_key_revoked', 'fr', 'sms', 1, 'full', 'La clé API "{Name}" ({Prefix}...) n''ouvre plus rien.', true, '{Name,Prefix}'),
  ('low_balance', 'en', 'sms', 1, 'full', 'Your balance is low: {Balance} left, less than {Threshold}.', true, '{}'),
  ('low_balance', 'fr', 'sms', 1, 'full', 'Votre solde est bas : il reste {Balance}, moins que {Threshold}.', true, '{}'),
  ('payment_created', 'en', 'sms', 1, 'full', 'Your payment of {Amount} is being processed.', true, '{}'),
  ('payment_created', 'fr', 'sms', 1, 'full', 'Votre paiement de {Amount} est en cours.', true, '{}'),
  ('payment_completed', 'en', 'sms', 1, 'full', 'Your payment of {Amount} has arrived.', true, '{}'),
  ('payment_completed', 'fr', 'sms', 1, 'full', 'Votre paiement de {Amount} est arrivé.', true, '{}'),
  ('payment_failed', 'en', 'sms', 1, 'full', 'Your payment of {Amount} failed. Please check your means of payment.', true, '{}'),
  ('payment_failed', 'fr', 'sms', 1, 'full', 'Votre paiement de {Amount} a échoué. Merci de vérifier votre moyen de paiement.', true, '{}'),
  ('payment_refunded', 'en', 'sms', 1, 'full', '{Amount} refunded: the money is on its way back to you.', true, '{}'),
  ('payment_refunded', 'fr', 'sms', 1, 'full', '{Amount} remboursés : l''argent est en route vers vous.', true, '{}'),
  ('security_setting_changed', 'en', 'sms', 1, 'full', 'Security setting "{Name}" changed. Not you? Act now.', true, '{Name}'),
  ('security_setting_changed', 'fr', 'sms', 1, 'full', 'Réglage de sécurité "{Name}" changé. Pas vous ? Agissez maintenant.', true, '{Name}'),
  ('setting_changed', 'en', 'sms', 1, 'full', 'Setting "{Name}" changed.', true, '{Name}'),
  ('setting_changed', 'fr', 'sms', 1, 'full', 'Réglage "{Name}" changé.', true, '{Name}'),
  ('verification_initiated', 'en', 'sms', 1, 'full', 'Your verification has begun. You will hear from us as soon as it is done.', true, '{}'),
  ('verification_initiated', 'fr', 'sms', 1, 'full', 'Votre vérification a commencé. Vous aurez de nos nouvelles dès qu''elle sera faite.', true, '{}'),
  ('verification_completed', 'en', 'sms', 1, 'full', 'You are verified: your verification is complete.', true, '{}'),
  ('verification_completed', 'fr', 'sms', 1, 'full', 'Vous êtes vérifié : votre vérification est terminée.', true, '{}'),
  ('verification_failed', 'en', 'sms', 1, 'full', 'Your verification failed. Please try again.', true, '{}'),
  ('verification_failed', 'fr', 'sms', 1, 'full', 'Votre vérification a échoué. Merci de réessayer.', true, '{}');

insert into notify.channel_copies (type_key, locale, variant, channel, place, form, body, is_plain, shorten) values
  ('payment_failed', 'en', 'reason', 'sms', 1, 'full', 'Your payment of {Amount} failed: {Reason}', true, '{Reason}'),
  ('payment_failed', 'fr', 'reason', 'sms', 1, 'full', 'Votre paiement de {Amount} a échoué : {Reason}', true, '{Reason}'),
  ('verification_failed', 'en', 'reason', 'sms', 1, 'full', 'Your verification failed: {Reason}', true, '{Reason}'),
  ('verification_failed', 'fr', 'reason', 'sms', 1, 'full', 'Votre vérification a échoué : {Reason}', true, '{Reason}');

-- What its categories are called.
insert into notify_private.sentences (key, locale, you) values
  ('category.billing', 'en', 'Billing'), ('category.billing', 'fr', 'Facturation'),
  ('category.payment', 'en', 'Payments'), ('category.payment', 'fr', 'Paiements'),
  ('category.settings', 'en', 'Settings'), ('category.settings', 'fr', 'Réglages'),
  ('category.verification', 'en', 'Verification'), ('category.verification', 'fr', 'Vérification');

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
