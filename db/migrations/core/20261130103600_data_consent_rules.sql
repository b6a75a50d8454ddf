-- migrate:up
set local lock_timeout = '5s';

-- Starting points and no legal advice: operators change them. "*" asks first as well; the rows of single countries say why.

insert into notify.consent_rules (region, regime, note) values
  ('*', 'opt_in', 'Unknown or not listed: ask first'),
  ('AT', 'opt_in', 'ePrivacy Directive 2002/58/EC art. 13(1), GDPR art. 7: https://eur-lex.europa.eu/eli/dir/2002/58/oj'),
  ('AU', 'opt_in', 'Spam Act 2003 s. 16: https://www.legislation.gov.au/C2004A01214/latest/text'),
  ('BE', 'opt_in', 'ePrivacy Directive 2002/58/EC art. 13(1), GDPR art. 7: https://eur-lex.europa.eu/eli/dir/2002/58/oj'),
  ('BG', 'opt_in', 'ePrivacy Directive 2002/58/EC art. 13(1), GDPR art. 7: https://eur-lex.europa.eu/eli/dir/2002/58/oj'),
  ('BR', 'opt_in', 'LGPD, Lei 13.709/2018 art. 7 and 8: https://www.planalto.gov.br/ccivil_03/_ato2015-2018/2018/lei/l13709.htm'),
  ('CA', 'opt_in', 'Anti-Spam Legislation (CASL) s. 6: https://laws-lois.justice.gc.ca/eng/acts/E-1.6/'),
  ('CH', 'opt_in', 'Unfair Competition Act (UWG) art. 3(1)(o): https://www.fedlex.admin.ch/eli/cc/1988/223_223_223/en'),
  ('CY', 'opt_in', 'ePrivacy Directive 2002/58/EC art. 13(1), GDPR art. 7: https://eur-lex.europa.eu/eli/dir/2002/58/oj'),
  ('CZ', 'opt_in', 'ePrivacy Directive 2002/58/EC art. 13(1), GDPR art. 7: https://eur-lex.europa.eu/eli/dir/2002/58/oj'),
  ('DE', 'opt_in', 'ePrivacy Directive 2002/58/EC art. 13(1), GDPR art. 7: https://eur-lex.europa.eu/eli/dir/2002/58/oj'),
  ('DK', 'opt_in', 'ePrivacy Directive 2002/58/EC art. 13(1), GDPR art. 7: https://eur-lex.europa.eu/eli/dir/2002/58/oj'),
  ('EE', 'opt_in', 'ePrivacy Directive 2002/58/EC art. 13(1), GDPR art. 7: https://eur-lex.europa.eu/eli/dir/2002/58/oj'),
  ('ES', 'opt_in', 'ePrivacy Directive 2002/58/EC art. 13(1), GDPR art. 7: https://eur-lex.europa.eu/eli/dir/2002/58/oj'),
  ('FI', 'opt_in', 'ePrivacy Directive 2002/58/EC art. 13(1), GDPR art. 7: https://eur-lex.europa.eu/eli/dir/2002/58/oj'),
  ('FR', 'opt_in', 'ePrivacy Directive 2002/58/EC art. 13(1), GDPR art. 7: https://eur-lex.europa.eu/eli/dir/2002/58/oj'),
  ('GB', 'opt_in', 'Privacy and Electronic Communications Regulations 2003 reg. 22: https://www.legislation.gov.uk/uksi/2003/2426/regulation/22'),
  ('GR', 'opt_in', 'ePrivacy Directive 2002/58/EC art. 13(1), GDPR art. 7: https://eur-lex.europa.eu/eli/dir/2002/58/oj'),
  ('HR', 'opt_in', 'ePrivacy Directive 2002/58/EC art. 13(1), GDPR art. 7: https://eur-lex.europa.eu/eli/dir/2002/58/oj'),
  ('HU', 'opt_in', 'ePrivacy Directive 2002/58/EC art. 13(1), GDPR art. 7: https://eur-lex.europa.eu/eli/dir/2002/58/oj'),
  ('IE', 'opt_in', 'ePrivacy Directive 2002/58/EC art. 13(1), GDPR art. 7: https://eur-lex.europa.eu/eli/dir/2002/58/oj'),
  ('IS', 'opt_in', 'ePrivacy Directive 2002/58/EC art. 13(1), GDPR art. 7: https://eur-lex.europa.eu/eli/dir/2002/58/oj'),
  ('IT', 'opt_in', 'ePrivacy Directive 2002/58/EC art. 13(1), GDPR art. 7: https://eur-lex.europa.eu/eli/dir/2002/58/oj'),
  ('JP', 'opt_in', 'Act on Regulation of Transmission of Specified Electronic Mail art. 3: https://www.japaneselawtranslation.go.jp'),
  ('KR', 'opt_in', 'Network Act art. 50: https://elaw.klri.re.kr'),
  ('LI', 'opt_in', 'ePrivacy Directive 2002/58/EC art. 13(1), GDPR art. 7: https://eur-lex.europa.eu/eli/dir/2002/58/oj'),
  ('LT', 'opt_in', 'ePrivacy Directive 2002/58/EC art. 13(1), GDPR art. 7: https://eur-lex.europa.eu/eli/dir/2002/58/oj'),
  ('LU', 'opt_in', 'ePrivacy Directive 2002/58/EC art. 13(1), GDPR art. 7: https://eur-lex.europa.eu/eli/dir/2002/58/oj'),
  ('LV', 'opt_in', 'ePrivacy Directive 2002/58/EC art. 13(1), GDPR art. 7: https://eur-lex.europa.eu/eli/dir/2002/58/oj'),
  ('MT', 'opt_in', 'ePrivacy Directive 2002/58/EC art. 13(1), GDPR art. 7: https://eur-lex.europa.eu/eli/dir/2002/58/oj'),
  ('NL', 'opt_in', 'ePrivacy Directive 2002/58/EC art. 13(1), GDPR art. 7: https://eur-lex.europa.eu/eli/dir/2002/58/oj'),
  ('NO', 'opt_in', 'ePrivacy Directive 2002/58/EC art. 13(1), GDPR art. 7: https://eur-lex.europa.eu/eli/dir/2002/58/oj'),
  ('NZ', 'opt_in', 'Unsolicited Electronic Messages Act 2007 s. 9: https://www.legislation.govt.nz/act/public/2007/0007/latest/whole.html'),
  ('PL', 'opt_in', 'ePrivacy Directive 2002/58/EC art. 13(1), GDPR art. 7: https://eur-lex.europa.eu/eli/dir/2002/58/oj'),
  ('PT', 'opt_in', 'ePrivacy Directive 2002/58/EC art. 13(1), GDPR art. 7: https://eur-lex.europa.eu/eli/dir/2002/58/oj'),
  ('RO', 'opt_in', 'ePrivacy Directive 2002/58/EC art. 13(1), GDPR art. 7: https://eur-lex.europa.eu/eli/dir/2002/58/oj'),
  ('SE', 'opt_in', 'ePrivacy Directive 2002/58/EC art. 13(1), GDPR art. 7: https://eur-lex.europa.eu/eli/dir/2002/58/oj'),
  ('SI', 'opt_in', 'ePrivacy Directive 2002/58/EC art. 13(1), GDPR art. 7: https://eur-lex.europa.eu/eli/dir/2002/58/oj'),
  ('SK', 'opt_in', 'ePrivacy Directive 2002/58/EC art. 13(1), GDPR art. 7: https://eur-lex.europa.eu/eli/dir/2002/58/oj'),
  ('US', 'opt_out', 'CAN-SPAM Act, 15 U.S.C. 7701: https://www.ftc.gov/business-guidance/resources/can-spam-act-compliance-guide-business. For SMS the TCPA asks for consent: keep promotional types off SMS there, or set the rule to opt_in'),
  ('ZA', 'opt_in', 'Protection of Personal Information Act 2013 s. 69: https://www.gov.za/documents/protection-personal-information-act');

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
