-- migrate:up
set local lock_timeout = '5s';

-- What the core's own types say. A digest has a variant for each number that a language tells apart: en and fr know one and more
-- than one.

insert into notify.notification_copies (type_key, locale, variant, title, body) values
  ('daily_digest', 'en', 'push_one', 'Your day: {Count} update', '{Titles}'),
  ('daily_digest', 'en', 'push_other', 'Your day: {Count} updates', '{Titles}'),
  ('daily_digest', 'en', 'push_more', 'Your day: {Count} updates', E'{Titles}\n…and {More} more'),
  ('daily_digest', 'en', 'email_one', 'Your day: {Count} update', '{Items}'),
  ('daily_digest', 'en', 'email_other', 'Your day: {Count} updates', '{Items}'),
  ('daily_digest', 'fr', 'push_one', E'Votre journée\u00a0: {Count} nouveauté', '{Titles}'),
  ('daily_digest', 'fr', 'push_other', E'Votre journée\u00a0: {Count} nouveautés', '{Titles}'),
  ('daily_digest', 'fr', 'push_more', E'Votre journée\u00a0: {Count} nouveautés', E'{Titles}\n…et {More} autres'),
  ('daily_digest', 'fr', 'email_one', E'Votre journée\u00a0: {Count} nouveauté', '{Items}'),
  ('daily_digest', 'fr', 'email_other', E'Votre journée\u00a0: {Count} nouveautés', '{Items}'),
  ('weekly_digest', 'en', 'push_one', 'Your week: {Count} update', '{Titles}'),
  ('weekly_digest', 'en', 'push_other', 'Your week: {Count} updates', '{Titles}'),
  ('weekly_digest', 'en', 'push_more', 'Your week: {Count} updates', E'{Titles}\n…and {More} more'),
  ('weekly_digest', 'en', 'email_one', 'Your week: {Count} update', '{Items}'),
  ('weekly_digest', 'en', 'email_other', 'Your week: {Count} updates', '{Items}'),
  ('weekly_digest', 'fr', 'push_one', E'Votre semaine\u00a0: {Count} nouveauté', '{Titles}'),
  ('weekly_digest', 'fr', 'push_other', E'Votre semaine\u00a0: {Count} nouveautés', '{Titles}'),
  ('weekly_digest', 'fr', 'push_more', E'Votre semaine\u00a0: {Count} nouveautés', E'{Titles}\n…et {More} autres'),
  ('weekly_digest', 'fr', 'email_one', E'Votre semaine\u00a0: {Count} nouveauté', '{Items}'),
  ('weekly_digest', 'fr', 'email_other', E'Votre semaine\u00a0: {Count} nouveautés', '{Items}'),
  ('held_digest', 'en', 'push_one', 'While it was quiet: {Count} update', '{Titles}'),
  ('held_digest', 'en', 'push_other', 'While it was quiet: {Count} updates', '{Titles}'),
  ('held_digest', 'en', 'push_more', 'While it was quiet: {Count} updates', E'{Titles}\n…and {More} more'),
  ('held_digest', 'en', 'email_one', 'While it was quiet: {Count} update', '{Items}'),
  ('held_digest', 'en', 'email_other', 'While it was quiet: {Count} updates', '{Items}'),
  ('held_digest', 'fr', 'push_one', E'Pendant votre absence\u00a0: {Count} nouveauté', '{Titles}'),
  ('held_digest', 'fr', 'push_other', E'Pendant votre absence\u00a0: {Count} nouveautés', '{Titles}'),
  ('held_digest', 'fr', 'push_more', E'Pendant votre absence\u00a0: {Count} nouveautés', E'{Titles}\n…et {More} autres'),
  ('held_digest', 'fr', 'email_one', E'Pendant votre absence\u00a0: {Count} nouveauté', '{Items}'),
  ('held_digest', 'fr', 'email_other', E'Pendant votre absence\u00a0: {Count} nouveautés', '{Items}'),
  ('email_verification', 'en', 'default', 'Confirm your email address', 'You, or somebody who typed your address, asked for email to be sent here. Confirm that it is yours; if it was not you, do nothing.'),
  ('email_verification', 'fr', 'default', 'Confirmez votre adresse email', 'Vous, ou quelqu''un qui a saisi votre adresse, avez demandé à recevoir des emails ici. Confirmez qu''elle est à vous ; si ce n''était pas vous, ne faites rien.'),
  ('test_push', 'en', 'default', 'Test notification', 'Notifications reach this device.'),
  ('test_push', 'fr', 'default', 'Notification de test', 'Les notifications arrivent sur cet appareil.'),
  ('test_webhook', 'en', 'default', 'Test call', 'Notifications reach this endpoint.'),
  ('test_webhook', 'fr', 'default', 'Appel de test', 'Les notifications arrivent à cette adresse.'),
  ('test_email', 'en', 'default', 'Test email', 'Email reaches this address.'),
  ('test_email', 'fr', 'default', 'Email de test', 'Les emails arrivent à cette adresse.');

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
