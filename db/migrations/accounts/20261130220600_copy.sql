-- migrate:up
set local lock_timeout = '5s';

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

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
