"""The checks of people's numbers and addresses: exact verdicts, and none that any text can break.

Numbers are made up and carry a `·` somewhere, dropped before use, so that this file is not one of personal data.
"""

from __future__ import annotations

import string
from importlib import import_module
from pkgutil import iter_modules

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leakscan import checks
from leakscan.checks import CHECKS, contact, digits, money, national, network, passports, platforms, wallets

MODULES = (contact, digits, money, national, network, passports, platforms, wallets)
NAMES = sorted(name for module in MODULES for name in module.CHECKS)

PASSPORT = "P<KENOCHIENG<<GRACE<AKI·NYI<<<<<<<<<<<<<<<<<<\nBK1482907{}KEN8704120F3109030<<<<<<<<<<<<<<<2"
SPECIMEN = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
VERDICTS = [
    ("ar_cuit", "20-6363·5936-0", True),
    ("ar_cuit", "20-63635936-1", False),
    ("bank_bic", "BARC·KENX", None),
    ("bank_bic", "FUNCTION", False),
    ("bank_iban", "GB34 BARC· 0284 2035 3874 04", True),
    ("bank_iban", "GB34 BARC 0284 2035 3874 05", False),
    ("bank_iban", "DE89 3704 0044 0532 0130 00", False),
    ("birth_date", "1987-04-12", None),
    ("birth_date", "12 March 1985", None),
    ("birth_date", "March 12th, 1985", None),
    ("birth_date", "31/02/1987", False),
    ("birth_date", "12/04/1787", False),
    ("br_cnpj", "74.170·.261/0001-96", True),
    ("br_cnpj", "11.222.333/0001-81", False),
    ("br_cpf", "450·749528-83", True),
    ("br_cpf", "111.111.111-11", False),
    ("br_cpf", "123.456.789-09", False),
    ("btc_base58", "1ESevjYN·nKVRS1wh6TtUHdfepY5usY8RBU", True),
    ("btc_base58", "1ESevjYNnKVRS1wh6TtUHdfepY5usY8RBV", False),
    ("btc_bech32", "bc1qcnrnr·x6ule7khqyj05sawujq2ywjp8aycgp0kq", True),
    ("btc_bech32", "bc1pkal3p·56009chdvymc4kkywz55m8lqprhrcygcqyhwvqr6ty92urq5378n4", True),
    ("btc_bech32", "bc1qcnrnrx6ule7khqyj05sawujq2ywjp8aycgp0kr", False),
    ("btc_bech32", "bc1Qcnrnrx6ule7khqyj05sawujq2ywjp8aycgp0kq", False),
    ("bucket_uri", "s3://northwind-rlhf/x", None),
    ("bucket_uri", "s3://my-bucket/x", False),
    ("ca_sin", "503 70·3 373", None),
    ("ca_sin", "503 703 374", False),
    ("de_tax_id", "37 100· 825 900", True),
    ("de_tax_id", "37 100 825 901", False),
    ("eg_national_id", "2870412·0107358", True),
    ("eg_national_id", "28713120107358", False),
    ("eg_national_id", "28704120907358", False),
    ("email_address", "grace.ochieng·@gmail.com", True),
    ("email_address", "müller·@posteo.de", True),
    ("email_address", "иван·@почта.рф", True),
    ("email_address", "a.person·@xn--kpry57d.xn--fiqs8s", True),
    ("email_address", "user@example.com", False),
    ("email_address", "someone.real@sub.example.org", False),
    ("email_address", "noreply@stripe.com", False),
    ("email_address", "git@github.com", False),
    ("email_address", "icon@2x.png", False),
    ("email_address", "lodash@4.17.21", False),
    ("email_address", "20230412101112.ga1234@mail.host.net", False),
    ("email_address", "a..b@posteo.de", False),
    ("email_spelled_out", "k.weber [at] web dot de", None),
    ("email_spelled_out", "look at this dot com", False),
    ("es_nif", "31150·389V", None),
    ("es_nif", "X4318·963T", None),
    ("es_nif", "31150389W", False),
    ("eth_address", "0x7eCA1B83·63bdD629eBeA7B694e2dc252C622eB25", True),
    ("eth_address", "0x7eca1b83·63bdd629ebea7b694e2dc252c622eb25", None),
    ("eth_address", "0x7eCa1B8363bdD629eBeA7B694e2dc252C622eB25", False),
    ("eth_address", "0x0000000000000000000000000000000000000000", False),
    ("fr_nir", "2 84 07· 75 116 043 48", True),
    ("fr_nir", "2 84 07 75 116 043 49", False),
    ("gh_card", "GHA-7·18402953-6", None),
    ("gh_card", "GHA-123456789-0", False),
    ("id_nik", "31740445·02890007", True),
    ("id_nik", "3174047902890007", False),
    ("in_aadhaar", "4330 79·24 4026", True),
    ("in_aadhaar", "4330 7924 4027", False),
    ("in_pan", "BKNPS·4821R", None),
    ("in_pan", "BKNPS·4484R", None),
    ("in_pan", "ABCPE1234F", False),
    ("ipv4_host", "41.90.64.112", None),
    ("ipv4_host", "5.39.12.7", False),
    ("ipv4_public", "5.39.12.7", None),
    ("ipv4_public", "10.1.2.9", False),
    ("ipv4_public", "1.2.3.4", False),
    ("ipv4_public", "203.0.113.7", False),
    ("ipv6_public", "2c0f:fe38:2405:1a7:b9c3:4d2e:1f0a:77b2", None),
    ("ipv6_public", "2001:db8:85a3::8a2e:370:7334", False),
    ("ipv6_public", "fe80::1ff:fe23:4567:890a", False),
    ("it_fiscal_code", "BNCLRA84·E45H501C", True),
    ("it_fiscal_code", "BNCLRA84E45H501D", False),
    ("ke_kra_pin", "A0072·81946K", None),
    ("ke_kra_pin", "A012345678K", False),
    ("mac_unicast", "a4:83:e7:2b:91:5c", None),
    ("mac_unicast", "01:00:5e:7f:ff:fa", False),
    ("mac_unicast", "66:77:88:99:aa:bb", False),
    ("mac_unicast", "52:54:00:3f:91:d7", False),
    ("mac_unicast", "08:00:2b:01:02:03", False),
    ("mturk_worker", "A3KQ·7TW9ZB2M4X", None),
    ("mturk_worker", "ANNOTATIONTASK", False),
    ("mx_clabe", "0141800130·03521081", True),
    ("mx_clabe", "014180013003521082", False),
    ("mx_curp", "GOMR8704·12HDFNRL11", True),
    ("mx_curp", "GOMR870412HDFNRL12", False),
    ("mx_rfc", "GOMR87·0412B55", True),
    ("mx_rfc", "GOMR870412B56", False),
    ("not_filler", "29481073", None),
    ("not_filler", "12345678", False),
    ("not_filler", "00000000", False),
    ("passport_number", "BK14·82907", None),
    ("passport_number", "A1234567", False),
    ("payment_card", "4539 3094· 4909 8836", None),
    ("payment_card", "4539 3094 4909 8837", False),
    ("payment_card", "4111 1111 1111 1111", False),
    ("payment_card", "9539309449098836", False),
    ("payment_card", "371260714673002", False),
    ("ph_tin", "482-917-360-000", None),
    ("ph_tin", "123-456-789-000", False),
    ("phone_international", "+25·4 722 481 903", None),
    ("phone_international", "+44 (0)20· 7183 8750", None),
    ("phone_international", "+1 212 555 0123", False),
    ("phone_international", "+44 7700 900123", False),
    ("phone_international", "+1 800 275 8777", False),
    ("phone_international", "+12345678901", False),
    ("phone_international", "+35236450.6", False),
    ("phone_international", "+44.2071·838750", None),
    ("phone_national", "020· 7183 8750", None),
    ("phone_national", "01 42· 68 53 00", None),
    ("phone_national", "03-35·80-3311", None),
    ("phone_national", "(212) 555-0100", False),
    ("phone_national", "2024-05-06 10", False),
    ("phone_national", "94563-3346", False),
    ("cjk_address", "上海市徐汇区漕溪北路398号", None),
    ("cjk_address", "東京都杉並区高円寺北3-17-4", None),
    ("cjk_address", "경기도 성남시 분당구 정자일로 213", None),
    ("cjk_address", "我住在上海市徐汇区漕溪北路398号", False),
    ("cjk_address", "第三章第12节", False),
    ("social_profile", "https://x.com/wanjiru_m", None),
    ("social_profile", "https://x.com/share", False),
    ("pk_cnic", "35202·-8194730-6", None),
    ("pk_cnic", "35202-8194730-0", False),
    ("pl_pesel", "860710·69694", True),
    ("pl_pesel", "86071069695", False),
    ("prolific_worker", "5b2489·c36136c2301cd1d18b", None),
    ("prolific_worker", "0" * 24, False),
    ("travel_document", PASSPORT.format(2), True),
    ("travel_document", PASSPORT.format(3), False),
    ("travel_document", SPECIMEN, False),
    ("ug_nin", "CM9204·1075KDLE", None),
    ("ug_nin", "CM00000000KDLE", False),
    ("uk_nino", "JG10·3759A", None),
    ("uk_nino", "GB103759A", False),
    ("us_aba", "01388·1863", None),
    ("us_aba", "013881864", False),
    ("us_aba", "021000021", False),
    ("us_ein", "47-2·810639", None),
    ("us_ein", "07-2810639", False),
    ("us_ein", "64-6221541", False),
    ("us_itin", "912-·70-4183", None),
    ("us_itin", "912-49-4183", False),
    ("us_itin", "912-70-0000", False),
    ("us_ssn", "536-·22-8734", None),
    ("us_ssn", "078-05-1120", False),
    ("us_ssn", "123-45-6789", False),
    ("us_ssn", "666-22-8734", False),
    ("vn_cccd", "0011·92048371", None),
    ("vn_cccd", "099192048371", False),
    ("za_id_number", "880512·5793087", True),
    ("za_id_number", "8805125793088", False),
    ("android_id", "13b5c7b7·7e9bd8cc", None),
    ("android_id", "9774d56d682e549c", False),
    ("ar_cbu", "51534660·83631206345885", None),
    ("ar_cbu", "00000031·48651997271481", True),
    ("ar_cbu", "5153466083631206345886", False),
    ("bank_account", "30481·729465", None),
    ("bank_account", "20240506", False),
    ("bch_address", "bitcoincash:qrzaklhh74xz·5n3np8g8ufwkp6gl4p4l35n52s2w37", True),
    ("bch_address", "bitcoincash:qrzaklhh74xz5n3np8g8ufwkp6gl4p4l35n52s2w3q", False),
    ("bech32_address", "ltc1qp6yx709z6ny·p87qg75uf5gmlgsugyzfcven83q", True),
    ("bech32_address", "ltc1qp6yx709z6nyp87qg75uf5gmlgsugyzfcven83p", False),
    ("card_code", "841", None),
    ("card_code", "2024", False),
    ("card_track", "%B453933·3125481280^OCHIENG/GRACE^28092010000000000?", True),
    ("card_track", "%B4539333125481281^OCHIENG/GRACE^28092010000000000?", False),
    ("cookie_value", "7F3C91E284AB·4D069B572E61C0D8F3A4", None),
    ("cookie_value", "getCookieFromDocument", False),
    ("dash_address", "XutMkuJmCear·ZpM8snyEz5YGNnAxyb1gSo", True),
    ("dash_address", "XutMkuJmCearZpM8snyEz5YGNnAxyb1gSp", False),
    ("device_imei", "35792094·5682605", None),
    ("device_imei", "357920945682606", False),
    ("device_serial", "RFG31·WQM6DM1", None),
    ("device_serial", "NUMBERING", False),
    ("discord_snowflake", "158143642·2005284629", None),
    ("discord_snowflake", "123456789012345678", False),
    ("doge_address", "DTEfPEFH9n1m·SqTWGPREUQFVb6UPae7UXd", True),
    ("doge_address", "DTEfPEFH9n1mSqTWGPREUQFVb6UPae7UXe", False),
    ("device_uuid", "80af2e08-·4be0-406d-9c59-37a99fe157f3", None),
    ("device_uuid", "123e4567-e89b-12d3-a456-426614174000", False),
    ("es_ccc", "2100-4352-14·-0514513366", True),
    ("es_ccc", "2100-4352-14-0514513367", False),
    ("extended_public_key", "xpub73qR8kro·2GWdyEZHy6xrGGEjUzuzdSPKvJeXekXcKDVgWvERVTd6YTMw954Cxqxcm9o6ToxnrkPFkX1Hbf2hafZX3AyXqdJG8thvmeScv5P", True),
    ("extended_public_key", "xpub73qR8kro2GWdyEZHy6xrGGEjUzuzdSPKvJeXekXcKDVgWvERVTd6YTMw954Cxqxcm9o6ToxnrkPFkX1Hbf2hafZX3AyXqdJG8thvmeScv5Q", False),
    ("in_ifsc", "HDFC0·004817", None),
    ("in_ifsc", "ABCD0123456", False),
    ("ltc_address", "Li5PDBNhfsUW·YGL8BnJkovUrdQePp7KpkR", True),
    ("ltc_address", "Li5PDBNhfsUWYGL8BnJkovUrdQePp7KpkS", False),
    ("money_amount", "$18.50/hr", None),
    ("money_amount", "$0/hr", False),
    ("mturk_assignment", "PISYD0Q88GZ0TV·EN2JQSR3HEWI15QD", None),
    ("mturk_assignment", "ASSIGNMENTIDNOTAVAILABLEATPREV", False),
    ("no_kontonr", "4080.31·.35071", True),
    ("no_kontonr", "4080.31.35072", False),
    ("nz_bank_account", "12-3219·-2829644-366", True),
    ("nz_bank_account", "12-3219-2829645-366", False),
    ("object_id", "63ba7a3968d7·dadd817873ba", None),
    ("object_id", "80af2e08-·4be0-406d-9c59-37a99fe157f3", None),
    ("object_id", "ffba7a3968d7dadd817873ba", False),
    ("orcid_id", "0000-0008·-8627-2726", True),
    ("orcid_id", "0000-0008-8627-2727", False),
    ("payment_link", "paypal.me/wan·jirum84", None),
    ("payment_link", "paypal.me/yourname", False),
    ("paypal_payer", "AA3M4·4LQNSNVL", None),
    ("paypal_payer", "AUTHENTICATED", False),
    ("person_handle", "@kofi·_mensah", None),
    ("person_handle", "your_name", False),
    ("platform_id", "EMP·40718", None),
    ("platform_id", "worker_3", False),
    ("profile_url", "https://www.linkedin.com/in/wanj·iru-mwangi-41b", None),
    ("profile_url", "https://github.com/features", False),
    ("sim_iccid", "892540247402·4771330", None),
    ("sim_iccid", "8925402474024771331", False),
    ("sim_imsi", "63902100·4644516", None),
    ("sim_imsi", "939021004644516", False),
    ("slack_member", "U023J·934FGV", None),
    ("slack_member", "UNDERSCORE", False),
    ("sol_address", "29bRyeuCc4BC·6QjwwMZr9Fh14H4Vhp8Ktxxb5Tf3GPvy", None),
    ("sol_address", "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA", False),
    ("ton_address", "UQCJ_UyZ179h·xfy_ND96XjfhDMW9J7H1q2c2xKoZax9xMnJL", True),
    ("ton_address", "UQCJ_UyZ179hxfy_ND96XjfhDMW9J7H1q2c2xKoZax9xMnJM", False),
    ("trx_address", "TYkZbLGS7f1T·1TQ98tkYB8NFU9irJddbz9", True),
    ("trx_address", "TYkZbLGS7f1T1TQ98tkYB8NFU9irJddbza", False),
    ("uk_sort_code", "20-41·-87", None),
    ("uk_sort_code", "12-34-56", False),
    ("xlm_address", "GAB5MBWQU6LT·VK3NUTVGXKHT4MWTLWB5LU54MIO2F5SVDXVMZXWLRJR5", True),
    ("xlm_address", "GAB5MBWQU6LTVK3NUTVGXKHT4MWTLWB5LU54MIO2F5SVDXVMZXWLRJR6", False),
    ("xmr_address", "49kRuyTRbQac·Tva8NxwsftJZhThjX9GUnZ75t6YALmsiVbn4nfmdki24NoUGSxHPm46VnrgjYHHL4LWvP7gcAgkyJfhjGRD", True),
    ("xmr_address", "49kRuyTRbQacTva8NxwsftJZhThjX9GUnZ75t6YALmsiVbn4nfmdki24NoUGSxHPm46VnrgjYHHL4LWvP7gcAgkyJfhjGRE", False),
    ("xrp_address", "rUyQ7458kUuF·R1hjbKM6EHjapDzNdfVort", True),
    ("xrp_address", "rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh", False),
    ("xtz_address", "tz1LupGRpgRD·Ex3KYvLxm9Us5cce7Fq5eLj6", True),
    ("xtz_address", "tz1LupGRpgRDEx3KYvLxm9Us5cce7Fq5eLj7", False),
    ("zec_address", "t1RWYj8EeTqT·jSjeGDQYWzzGVYxABwN3gYg", True),
    ("zec_address", "t1RWYj8EeTqTjSjeGDQYWzzGVYxABwN3gYh", False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text", "verdict"), VERDICTS, ids=[f"{n}-{i}" for i, (n, _, _) in enumerate(VERDICTS)]
)
def test_a_check_says_exactly_this(name: str, text: str, verdict: bool | None) -> None:
    assert CHECKS[name](text.replace("·", "")) is verdict


def test_the_one_table_has_every_check_once() -> None:
    modules = [import_module(f"leakscan.checks.{found.name}") for found in iter_modules(checks.__path__)]
    assert sorted(CHECKS) == sorted(name for module in modules for name in module.CHECKS)


def test_every_check_is_seen_to_accept_and_to_refuse() -> None:
    seen = {(name, verdict is False) for name, _, verdict in VERDICTS}
    assert {(name, refused) for name in NAMES for refused in (False, True)} - seen == set()


NUMBERISH = st.text(st.sampled_from(string.digits + "-. /+()<ABCDEFGHMPXYZabcdefx:@٣²é\n"), max_size=60)


@pytest.mark.parametrize("name", NAMES)
@given(text=st.one_of(st.text(max_size=120), NUMBERISH, st.sampled_from([t for _, t, _ in VERDICTS])))
@settings(max_examples=150, deadline=None)
def test_no_text_breaks_a_check(name: str, text: str) -> None:
    assert CHECKS[name](text) in (True, False, None)


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_slip_of_one_character_breaks_no_check(name: str, data: st.DataObject) -> None:
    """Almost-right text reaches deeper into a check than random text does."""
    text = data.draw(st.sampled_from([t.replace("·", "") for n, t, _ in VERDICTS if n == name]))
    at = data.draw(st.integers(0, len(text)))
    slip = data.draw(st.one_of(st.text(max_size=2), st.sampled_from(["0", "9", "A", "<", "²", "٣", "\n"])))
    assert CHECKS[name](text[:at] + slip + text[at + 1 :]) in (True, False, None)


@pytest.mark.parametrize("text", ["111111", "123456789", "9876543210", "4000000000000002", "1212121"])
def test_what_is_typed_to_fill_a_form_is_filler(text: str) -> None:
    assert digits.is_filler(text)


@pytest.mark.parametrize("text", ["536228734", "4484", "29481073", "45393094490988"])
def test_what_may_be_a_number_is_no_filler(text: str) -> None:
    assert not digits.is_filler(text)


def test_keccak_agrees_with_the_known_answer_of_the_empty_message() -> None:
    expected = "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
    assert wallets._keccak256(b"").hex() == expected
